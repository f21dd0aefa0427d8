import uuid

from django.db import migrations, models

import boundaries


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True)),
                (
                    "account",
                    boundaries.Reference(
                        "ledger.Account", default=uuid.uuid4, null=True, to_type=models.UUIDField()
                    ),
                ),
                ("deposits_seen", models.IntegerField(default=0)),
            ],
        ),
    ]
