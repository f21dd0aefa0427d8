CODE = "BD203"

KEEPS = {
    "with a Reference": {
        "shop/bookings/models.py": """\
from boundaries import Reference
from django.db import models
class Booking(models.Model):
    payment = Reference("payments.Payment")
""",
    },
    "with a Reference by its long name": {
        "shop/bookings/models.py": """\
from boundaries.facades.reference import Reference
from django.db import models
class Booking(models.Model):
    payment = Reference("payments.Payment")
""",
    },
    "inside a context": {
        "shop/payments/refunds/models.py": """\
from django.db import models
class Refund(models.Model):
    payment = models.ForeignKey("payments.Payment", models.CASCADE)
""",
    },
    "to a model outside all contexts": {
        "shop/bookings/models.py": """\
from django.db import models
class Booking(models.Model):
    payment = models.ForeignKey("auth.Group", models.CASCADE)
""",
    },
    "to a kernel": {
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]

[contexts.payments]
packages = ["shop.payments"]
shared = true
""",
        "shop/bookings/models.py": """\
from django.db import models
class Booking(models.Model):
    payment = models.ForeignKey("payments.Payment", models.CASCADE)
""",
    },
    "with a constraint, which is another rule's": {
        "shop/bookings/models.py": """\
from django.db import models
class Booking(models.Model):
    payment = models.ForeignKey("payments.Payment", models.CASCADE)
""",
    },
}
