import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            "Bill",
            [
                ("id", models.UUIDField(primary_key=True, serialize=False, default=uuid.uuid4)),
                ("payer_id", models.BigIntegerField(null=True)),
                ("amount", models.DecimalField(max_digits=10, decimal_places=2)),
            ],
        ),
        migrations.CreateModel(
            "Line",
            [
                ("id", models.BigAutoField(primary_key=True, auto_created=True, serialize=False)),
                (
                    "bill",
                    models.ForeignKey(
                        "pay.Bill", related_name="lines", on_delete=django.db.models.deletion.CASCADE
                    ),
                ),
                ("text", models.CharField(max_length=100)),
            ],
        ),
        migrations.RunSQL("SELECT 1", "SELECT 1"),
    ]
