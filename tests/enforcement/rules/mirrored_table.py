from tests.enforcement.one_service import SERVICE

CODE = "BD245"

KEEPS = {
    "that is small, or not sent, or not behind the door": {
        **SERVICE,
        "services/payments/shop/payments/models.py": """\
from django.db import models
class Rate(models.Model):
    code = models.CharField(max_length=3)
    rate = models.FloatField()
class Payment(models.Model):
    amount = models.IntegerField()
    state = models.TextField()
    reference = models.TextField()
    booking_id = models.IntegerField()
""",
        "services/payments/shop/payments/public.py": """\
from dataclasses import dataclass
@dataclass
class RateData:
    code: str
    rate: float
class PaymentRecord:
    amount: int
    state: str
    reference: str
    booking_id: int
""",
        "services/payments/shop/payments/local.py": """\
from dataclasses import dataclass
@dataclass
class Row:
    amount: int
    state: str
    reference: str
    booking_id: int
""",
    },
}
