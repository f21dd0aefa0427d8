"""What the box office does when others save."""

from django.db.models.signals import post_save
from django.dispatch import Signal, receiver
from stage.models import Performance

booked = Signal()


@receiver(post_save, sender=Performance)
def open_sale(instance, **_):
    """A new evening can be booked."""


class Counter:
    """A receiver that is no function."""

    def __call__(self, **_):
        """Count."""


booked.connect(Counter(), weak=False)
