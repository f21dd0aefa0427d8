CODE = "BD213"

KEEPS = {
    "inside a context": {
        "shop/payments/a.py": """\
from django.db.models.signals import post_save
from django.dispatch import receiver
@receiver(post_save, sender='payments.Payment')
def on(sender, **kwargs): ...
""",
    },
    "from outside all contexts": {
        "shop/bookings/views.py": """\
from django.db.models.signals import post_save
from django.dispatch import receiver
@receiver(post_save, sender='auth.Group')
def on(sender, **kwargs): ...
""",
    },
}
