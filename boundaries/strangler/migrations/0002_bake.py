from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("boundaries_strangler", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bake",
            fields=[
                ("context", models.CharField(max_length=100, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("armed", "armed: begins when the writes are switched"),
                            ("baking", "baking: the service is watched"),
                            ("passed", "passed: the service bore it"),
                            ("going back", "going back: the follower takes the writes back"),
                            ("went back", "went back: the monolith owns the writes"),
                            ("ended", "ended: somebody went back before"),
                        ],
                        default="armed",
                        max_length=20,
                    ),
                ),
                ("seconds", models.FloatField()),
                ("most_errors", models.FloatField(help_text="failures per call beyond which it goes back")),
                ("probe", models.TextField(blank=True, default="", help_text="a command, or a URL")),
                ("who", models.CharField(max_length=200)),
                ("started_at", models.DateTimeField(null=True)),
                ("calls", models.BigIntegerField(default=0, help_text="at the start")),
                ("failures", models.BigIntegerField(default=0, help_text="at the start")),
                ("reason", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "boundaries_strangler_bake",
            },
        ),
    ]
