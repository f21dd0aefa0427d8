from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("boundaries_facades", "0003_held_call")]
    operations = [
        migrations.AddField(
            "ownership",
            "server",
            models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
        migrations.AddField("ownership", "started_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "ownership",
            "other_server",
            models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
        migrations.AddField("ownership", "other_started_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "ownership",
            "halted",
            models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="why nobody may write until `recover` has been run",
            ),
        ),
        migrations.AddField("freshness", "applied", models.BigIntegerField(db_default=0, default=0)),
        migrations.AddField("freshness", "seen", models.BigIntegerField(db_default=0, default=0)),
    ]
