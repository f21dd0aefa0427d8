from django.db import models
from django.utils import timezone

from boundaries import Reference


class Fine(models.Model):
    loan = Reference("loans.Loan", unique=True)
    reader = models.IntegerField(db_index=True)
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    paid = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    charged_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return f"{self.amount} for loan {self.loan_id}"


class Payment(models.Model):
    fine = models.ForeignKey(Fine, on_delete=models.PROTECT, related_name="payments")
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    reference = models.CharField(max_length=100, blank=True, default="", db_index=True)
    paid_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return f"{self.amount} of fine {self.fine_id}"
