"""What visitors do."""

from celery import current_app
from django.db import transaction
from ticketing.services import book

from people.models import Visitor


def join(name, performance):
    """A new visitor with a first booking, in one transaction."""
    with transaction.atomic():
        visitor = Visitor.objects.create(username=name)
        book(visitor, performance)
    current_app.send_task("ticketing.tasks.remind", [visitor.pk])
    return visitor


def merge(kept, gone):
    """Give one visitor all that another one has."""
    for booking in gone.booking_set.all():
        booking.visitor = kept
        booking.save()
