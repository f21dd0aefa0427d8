import uuid

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Freshness",
            fields=[
                ("context", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("tick", models.BigIntegerField(default=0)),
                ("applied_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name_plural": "freshness",
                "db_table": "boundaries_facades_freshness",
            },
        ),
        migrations.CreateModel(
            name="Ownership",
            fields=[
                ("context", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("open", models.BooleanField()),
                ("epoch", models.BigIntegerField(default=1)),
                ("drained", models.BigIntegerField(default=0)),
                (
                    "address",
                    models.CharField(
                        blank=True, default="", help_text="where the other side is served", max_length=300
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "ownership",
                "db_table": "boundaries_facades_ownership",
            },
        ),
        migrations.CreateModel(
            name="RouteChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("context", models.CharField(db_index=True, max_length=100)),
                ("operation", models.CharField(blank=True, default="", max_length=100)),
                ("old", models.CharField(max_length=40)),
                ("new", models.CharField(max_length=40)),
                ("who", models.CharField(max_length=200)),
                ("why", models.TextField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "boundaries_facades_route_change",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Side",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100)),
                ("database_id", models.UUIDField(default=uuid.uuid4)),
            ],
            options={
                "db_table": "boundaries_facades_side",
            },
        ),
        migrations.CreateModel(
            name="Mismatch",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("context", models.CharField(max_length=100)),
                ("operation", models.CharField(max_length=100)),
                ("signature", models.CharField(max_length=64)),
                ("differences", models.JSONField(default=list)),
                ("count", models.BigIntegerField(default=1)),
                ("first_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name_plural": "mismatches",
                "db_table": "boundaries_facades_mismatch",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("context", "operation", "signature"), name="boundaries_mismatch_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "context", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("context", models.CharField(max_length=100)),
                ("key", models.CharField(max_length=200)),
                ("operation", models.CharField(max_length=100)),
                ("digest", models.CharField(help_text="of the arguments", max_length=32)),
                ("answer", models.TextField(help_text="JSON", null=True)),
                ("is_error", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "boundaries_facades_receipt",
                "indexes": [models.Index(fields=["context", "created_at"], name="boundaries_receipt_age")],
            },
        ),
        migrations.CreateModel(
            name="Route",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("context", models.CharField(max_length=100)),
                ("operation", models.CharField(blank=True, default="", max_length=100)),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("local", "local: this process answers"),
                            ("shadow", "shadow: local answers, the service is asked too and compared"),
                            ("canary", "canary: the service answers a share of the callers"),
                            ("remote", "remote: the service answers"),
                            (
                                "verify_remote",
                                "verify remote: the service answers, local is asked too and compared",
                            ),
                        ],
                        default="local",
                        max_length=20,
                    ),
                ),
                (
                    "percent",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        help_text="share of the callers, for canary",
                        max_digits=5,
                    ),
                ),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "boundaries_facades_route",
                "permissions": [("change_routes", "Can change who answers queries")],
                "constraints": [
                    models.UniqueConstraint(fields=("context", "operation"), name="boundaries_route_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ShadowTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("context", models.CharField(max_length=100)),
                ("operation", models.CharField(max_length=100)),
                ("calls", models.BigIntegerField(default=0)),
                ("mismatches", models.BigIntegerField(default=0)),
                (
                    "inconclusive",
                    models.BigIntegerField(
                        default=0, help_text="the control itself changed while it was compared"
                    ),
                ),
                ("failures", models.BigIntegerField(default=0, help_text="the candidate did not answer")),
                ("dropped", models.BigIntegerField(default=0, help_text="the pool was full")),
            ],
            options={
                "verbose_name_plural": "shadow tallies",
                "db_table": "boundaries_facades_shadow_tally",
                "constraints": [
                    models.UniqueConstraint(fields=("context", "operation"), name="boundaries_tally_once")
                ],
            },
        ),
    ]
