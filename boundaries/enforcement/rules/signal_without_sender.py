"""Does a receiver of a model signal say whose model it means?"""

from __future__ import annotations

from boundaries.enforcement.rules.rule import Example, Rule

_EXAMPLE = Example(
    before={
        "shop/bookings/receivers.py": """\
from django.db.models.signals import post_save
from django.dispatch import receiver
@receiver(post_save)
def log(sender, **kwargs): ...
""",
    },
    after={
        "shop/bookings/receivers.py": """\
from django.db.models.signals import post_save
from django.dispatch import receiver
from shop.bookings.models import Booking
@receiver(post_save, sender=Booking)
def log(sender, **kwargs): ...
""",
        "shop/bookings/models.py": """\
from django.db import models
class Booking(models.Model):
    pass
""",
    },
)

RULE = Rule(
    code="BD218",
    title="signal without sender",
    kinds=("signal",),
    why=(
        "A receiver of `post_save` and its like that names no sender runs whenever anything is saved, in "
        "every context, inside the transaction that saves. Whom it depends on, nobody can tell; when one "
        "of them leaves, it falls silent for that one alone."
    ),
    fix=(
        "Name the sender, one receiver for each model. What really has to hear every context (an audit "
        "log, a search index) should consume their events instead."
    ),
    remedy="Name the sender of {target}, or consume events.",
    example=_EXAMPLE,
)
