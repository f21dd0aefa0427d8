"""What payments keeps."""

import uuid
from datetime import date

from django.db import models

from payments.rules import positive, risk

FOLDER = "receipts"


def receipt_path(instance, filename):
    return f"{FOLDER}/{date.today():%Y}/{filename}"


class PaymentQuerySet(models.QuerySet):
    def large(self):
        return self.filter(amount__gt=100)


class PaymentManager(models.Manager.from_queryset(PaymentQuerySet)):
    use_in_migrations = True


class Tag(models.Model):
    name = models.CharField(max_length=20)


class Payment(models.Model):
    reference = models.UUIDField(default=uuid.uuid4, unique=True)
    amount = models.DecimalField(max_digits=9, decimal_places=2, validators=[positive])
    receipt = models.FileField(upload_to=receipt_path)
    corrects = models.ForeignKey("self", on_delete=models.CASCADE, null=True)
    tags = models.ManyToManyField(Tag)

    objects = PaymentManager()

    class Meta:
        indexes = [models.Index(fields=["amount"], name="payments_amount")]

    def risk(self):
        return risk(self.amount)


class LargePayment(Payment):
    class Meta:
        proxy = True


class Refund(models.Model):
    payment = models.ForeignKey(Payment, on_delete=models.CASCADE)
