import uuid

from django.db import models

from boundaries import Reference


class Order(models.Model):
    number = models.CharField(max_length=20, unique=True)
    account = Reference("ledger.Account", to_type=models.UUIDField(), null=True, default=uuid.uuid4)
    deposits_seen = models.IntegerField(default=0)

    def __str__(self):
        return self.number
