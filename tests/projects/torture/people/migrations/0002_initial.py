import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
        ("ticketing", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="card",
            name="booking",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.SET_NULL, to="ticketing.booking"
            ),
        ),
        migrations.AddField(
            model_name="card",
            name="visitor",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL),
        ),
    ]
