"""The app of the visitors."""

from django.apps import AppConfig
from django.db.models.signals import post_delete


class PeopleConfig(AppConfig):
    """Listens to bookings that go."""

    name = "people"

    def ready(self):
        """Connect without a decorator."""
        post_delete.connect(forget, sender=self.apps.get_model("ticketing", "Booking"))


def forget(instance, **_):
    """Take the card back."""
    instance.card.delete()
