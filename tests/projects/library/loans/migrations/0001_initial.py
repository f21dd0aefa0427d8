from django.db import migrations, models

import boundaries


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Loan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("book", boundaries.Reference("books.Book", to_type=models.BigIntegerField())),
                ("reader", models.IntegerField(db_index=True)),
                ("returned", models.BooleanField(default=False)),
                ("fine", boundaries.Reference("fines.Fine", null=True, to_type=models.BigIntegerField())),
                ("is_cleared", models.BooleanField(default=False)),
            ],
        ),
    ]
