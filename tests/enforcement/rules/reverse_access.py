CODE = "BD217"

KEEPS = {
    "inside a context": {
        "shop/payments/models.py": """\
from django.db import models
class Payment(models.Model): ...
class Refund(models.Model):
    payment = models.ForeignKey(Payment, models.CASCADE)
def refunds(payment):
    return payment.refund_set.all()
""",
    },
    "an attribute that no relation makes": {
        "shop/bookings/views.py": """\
def paid(booking):
    return booking.payment_set.all(), hasattr(booking, "payment")
""",
    },
}
