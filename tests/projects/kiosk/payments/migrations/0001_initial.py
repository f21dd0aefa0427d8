import uuid

import django.db.models.deletion
from django.db import migrations, models

import payments.models
import payments.rules


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=20)),
            ],
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=9, validators=[payments.rules.positive]),
                ),
                ("receipt", models.FileField(upload_to=payments.models.receipt_path)),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, to="payments.payment"
                    ),
                ),
                ("tags", models.ManyToManyField(to="payments.tag")),
            ],
            managers=[
                ("objects", payments.models.PaymentManager()),
            ],
        ),
        migrations.CreateModel(
            name="LargePayment",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("payments.payment",),
            managers=[
                ("objects", payments.models.PaymentManager()),
            ],
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="payments.payment"),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["amount"], name="payments_amount"),
        ),
    ]
