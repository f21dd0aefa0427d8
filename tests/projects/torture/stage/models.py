"""What is played where."""

from django.db import models


class Show(models.Model):
    """A play."""

    title = models.CharField(max_length=100)


class Hall(models.Model):
    """A hall, known by its code."""

    code = models.CharField(max_length=8, unique=True)


class Performance(models.Model):
    """One evening."""

    show = models.ForeignKey(Show, on_delete=models.CASCADE)
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT)
    starts_at = models.DateTimeField()


class Extra(models.Model):
    """Something to buy with a ticket."""

    name = models.CharField(max_length=50)
