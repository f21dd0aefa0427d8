CODE = "BD218"

KEEPS = {
    "with a sender": {
        "shop/bookings/receivers.py": """\
from django.db.models.signals import post_save
from django.dispatch import receiver
@receiver(post_save, sender="bookings.Booking")
def on(sender, **kwargs): ...
""",
    },
    "a signal that no model sends": {
        "shop/bookings/receivers.py": """\
from django.core.signals import request_finished
request_finished.connect(print)
""",
    },
}
