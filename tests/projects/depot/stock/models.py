from django.db import models


class Register(models.Model):
    """A list that many append to: each entry is the name of one operation."""

    name = models.CharField(max_length=20, unique=True)
    history = models.TextField(default="")

    def __str__(self):
        return self.name


class Operation(models.Model):
    """That an operation has happened; stored together with its effects."""

    pk = models.CompositePrimaryKey("writer", "number")
    writer = models.CharField(max_length=20)
    number = models.BigIntegerField()
    kind = models.CharField(max_length=20)

    def __str__(self):
        return f"{self.writer}-{self.number}"


class Pallet(models.Model):
    """Stands on another one (self reference), and has a best item while items have a pallet (circle)."""

    writer = models.CharField(max_length=20)
    label = models.CharField(max_length=60, unique=True)
    below = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="above")
    best = models.ForeignKey("Item", null=True, on_delete=models.SET_NULL, related_name="+")
    marks = models.ManyToManyField("Mark")

    def __str__(self):
        return self.label


class Item(models.Model):
    pallet = models.ForeignKey(Pallet, on_delete=models.CASCADE, related_name="items")
    name = models.CharField(max_length=60)

    def __str__(self):
        return self.name


class Mark(models.Model):
    name = models.CharField(max_length=20, unique=True)

    def __str__(self):
        return self.name


class Bay(models.Model):
    """Places change hands within one statement (deferrable) and step by step (not deferrable)."""

    id = models.CharField(max_length=60, primary_key=True)
    writer = models.CharField(max_length=20)
    place = models.CharField(max_length=60)
    code = models.CharField(max_length=60, unique=True)
    balance = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["writer", "place"], name="stock_bay_place", deferrable=models.Deferrable.DEFERRED
            )
        ]

    def __str__(self):
        return self.id
