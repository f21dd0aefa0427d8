import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import boundaries


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Fine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("loan", boundaries.Reference("loans.Loan", to_type=models.BigIntegerField(), unique=True)),
                ("reader", models.IntegerField(db_index=True)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=8)),
                ("paid", models.DecimalField(decimal_places=2, default=0, max_digits=8)),
                ("charged_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                ("amount", models.DecimalField(decimal_places=2, max_digits=8)),
                ("reference", models.CharField(blank=True, db_index=True, default="", max_length=100)),
                ("paid_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "fine",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="fines.fine"
                    ),
                ),
            ],
        ),
    ]
