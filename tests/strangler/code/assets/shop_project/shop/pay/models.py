import uuid

from django.db import models


class Bill(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    payer_id = models.BigIntegerField(null=True)
    amount = models.DecimalField(max_digits=10, decimal_places=2)

    def __str__(self):
        return str(self.amount)


class Line(models.Model):
    bill = models.ForeignKey(Bill, on_delete=models.CASCADE, related_name="lines")
    text = models.CharField(max_length=100)

    def __str__(self):
        return self.text
