"""What the box office does later."""

from celery import shared_task


@shared_task
def remind(visitor_id):
    """Send a letter before the evening."""


@shared_task(name="box-office-close")
def close():
    """At the end of the day."""
