from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("boundaries_facades", "0004_continuity"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallTally",
            fields=[
                ("context", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("calls", models.BigIntegerField(default=0)),
                ("failures", models.BigIntegerField(default=0, help_text="no usable answer came")),
            ],
            options={
                "db_table": "boundaries_facades_call_tally",
                "verbose_name_plural": "call tallies",
            },
        ),
    ]
