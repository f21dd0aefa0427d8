from django.db import models


class Entry(models.Model):
    payment_number = models.BigIntegerField(null=True)
