from django.db import models


class Booking(models.Model):
    payment_number = models.BigIntegerField(null=True)
