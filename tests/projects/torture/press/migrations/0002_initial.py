import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("press", "0001_initial"),
        ("ticketing", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PressBooking",
            fields=[
                (
                    "booking_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="ticketing.booking",
                    ),
                ),
                ("paper", models.CharField(max_length=50)),
            ],
            options={
                "abstract": False,
            },
            bases=("ticketing.booking",),
        ),
        migrations.CreateModel(
            name="Complimentary",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("ticketing.booking",),
        ),
        migrations.AddField(
            model_name="note",
            name="content_type",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, to="contenttypes.contenttype"
            ),
        ),
    ]
