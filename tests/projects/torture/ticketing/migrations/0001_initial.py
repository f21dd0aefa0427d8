import base.fields
import django.contrib.auth.models
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("people", "0001_initial"),
        ("stage", "0002_coupons"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("CREATE SCHEMA IF NOT EXISTS box_office", "DROP SCHEMA box_office"),
        migrations.CreateModel(
            name="Takings",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("total", base.fields.PriceField(decimal_places=2, max_digits=8)),
            ],
            options={
                "db_table": "ticketing_takings",
                "managed": False,
            },
        ),
        # The table was made by the programme's migrations, before the box office had an app.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Coupon",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.SlugField(unique=True)),
                    ],
                ),
            ]
        ),
        migrations.CreateModel(
            name="FrequentVisitor",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("people.visitor",),
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="Audit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object_id", models.BigIntegerField()),
                (
                    "content_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="contenttypes.contenttype"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BookedExtra",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField(default=1)),
                ("extra", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="stage.extra")),
            ],
        ),
        migrations.CreateModel(
            name="Booking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("price", base.fields.PriceField(decimal_places=2, max_digits=8)),
                ("state", models.CharField(default="held", max_length=10)),
                ("receipt", models.FileField(blank=True, upload_to="receipts/")),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="%(app_label)s_%(class)s_changed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("extras", models.ManyToManyField(through="ticketing.BookedExtra", to="stage.extra")),
                ("guests", models.ManyToManyField(related_name="invited_to", to=settings.AUTH_USER_MODEL)),
                (
                    "hall",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="stage.hall",
                        to_field="code",
                    ),
                ),
                (
                    "performance",
                    models.ForeignKey(
                        db_column="evening",
                        on_delete=django.db.models.deletion.CASCADE,
                        to="stage.performance",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to="ticketing.booking"
                    ),
                ),
                (
                    "visitor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="bookedextra",
            name="booking",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="ticketing.booking"),
        ),
        migrations.CreateModel(
            name="Desk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="contenttypes.contenttype"
                    ),
                ),
                (
                    "permission",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.permission"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GiftBox",
            fields=[
                (
                    "extra_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="stage.extra",
                    ),
                ),
                (
                    "sold_with",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="ticketing.booking"),
                ),
            ],
            bases=("stage.extra",),
        ),
        migrations.CreateModel(
            name="Ledger",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "booking",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="ticketing.booking"),
                ),
            ],
            options={
                "db_table": '"box_office"."ledger"',
            },
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "held")),
                fields=("performance", "visitor"),
                name="one_held_booking",
            ),
        ),
    ]
