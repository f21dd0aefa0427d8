CODE = "BD210"

KEEPS = {
    "on the column": {
        "shop/bookings/models.py": """\
from django.db import models
class Booking(models.Model):
    payment = models.ForeignKey("payments.Payment", models.CASCADE)
""",
        "shop/bookings/views.py": """\
from .models import Booking
found = Booking.objects.filter(payment=1, payment_id__in=[1], payment__isnull=True)
""",
    },
    "on a Reference": {
        "shop/bookings/models.py": """\
from boundaries import Reference
from django.db import models
class Booking(models.Model):
    payment = Reference("payments.Payment")
""",
        "shop/bookings/views.py": """\
from .models import Booking
found = Booking.objects.filter(payment=1, payment__in=[1])
""",
    },
}
