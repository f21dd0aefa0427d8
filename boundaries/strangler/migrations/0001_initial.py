import uuid

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Extraction",
            fields=[
                ("context", models.CharField(max_length=100, primary_key=True, serialize=False)),
                (
                    "reached",
                    models.CharField(
                        blank=True, default="", help_text="the last step that is done", max_length=40
                    ),
                ),
                (
                    "wanted",
                    models.CharField(
                        choices=[
                            ("stopped", "stopped: nothing is replicated"),
                            ("following", "following: the closed side is kept equal to the open one"),
                        ],
                        default="stopped",
                        max_length=20,
                    ),
                ),
                ("facts", models.JSONField(default=dict, help_text="figures of the last run of each step")),
                (
                    "follower",
                    models.JSONField(default=dict, help_text="what the follower last said of itself"),
                ),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "boundaries_strangler_extraction",
                "permissions": [
                    ("run_steps", "Can run the steps of an extraction"),
                    ("switch_writes", "Can switch writes and roll them back"),
                ],
            },
        ),
        migrations.CreateModel(
            name="StepRun",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("context", models.CharField(db_index=True, max_length=100)),
                ("step", models.CharField(max_length=40)),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("running", "running"),
                            ("ok", "done"),
                            ("refused", "refused by a gate"),
                            ("failed", "failed"),
                        ],
                        default="running",
                        max_length=20,
                    ),
                ),
                ("who", models.CharField(max_length=200)),
                ("why", models.TextField(blank=True, default="")),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(null=True)),
                ("gates", models.JSONField(default=list)),
                ("figures", models.JSONField(default=dict)),
                ("progress", models.JSONField(default=dict)),
                ("problem", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "boundaries_strangler_step_run",
                "ordering": ["-started_at"],
            },
        ),
    ]
