import django.db.models.constraints
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name="Mark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=20, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Operation",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "writer", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("writer", models.CharField(max_length=20)),
                ("number", models.BigIntegerField()),
                ("kind", models.CharField(max_length=20)),
            ],
        ),
        migrations.CreateModel(
            name="Register",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=20, unique=True)),
                ("history", models.TextField(default="")),
            ],
        ),
        migrations.CreateModel(
            name="Bay",
            fields=[
                ("id", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("writer", models.CharField(max_length=20)),
                ("place", models.CharField(max_length=60)),
                ("code", models.CharField(max_length=60, unique=True)),
                ("balance", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("writer", "place"),
                        name="stock_bay_place",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Pallet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("writer", models.CharField(max_length=20)),
                ("label", models.CharField(max_length=60, unique=True)),
                (
                    "below",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="above",
                        to="stock.pallet",
                    ),
                ),
                (
                    "best",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="stock.item",
                    ),
                ),
                ("marks", models.ManyToManyField(to="stock.mark")),
            ],
        ),
        migrations.AddField(
            model_name="item",
            name="pallet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="items", to="stock.pallet"
            ),
        ),
    ]
