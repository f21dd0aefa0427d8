"""Does a receiver listen to another context's model?"""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.link import Link
from boundaries.enforcement.rules.rule import Example, Rule


def _breaks(_link: Link, _source: Context, _target: Context) -> bool:
    return True


_EXAMPLE = Example(
    before={
        "shop/bookings/receivers.py": """\
from django.db.models.signals import post_save
from django.dispatch import receiver


@receiver(post_save, sender="payments.Payment")
def confirm(sender, instance, **kwargs): ...
""",
    },
    after={
        "shop/bookings/receivers.py": """\
from boundaries import consumer

from shop.payments.public import PaymentCaptured


@consumer(PaymentCaptured, name="bookings.confirm")
def confirm(event, envelope): ...
""",
    },
)

RULE = Rule(
    code="BD213",
    title="signal of another context's model",
    kinds=("signal",),
    why=(
        "A model signal runs inside the other context's transaction and hands out its model. Nobody"
        " sends it any more from the moment that the other context runs elsewhere."
    ),
    fix=("Let the owner publish an event, declare the context in `listens_to`, and consume the event."),
    remedy="Consume an event of {target_context} instead of this signal.",
    breaks=_breaks,
    example=_EXAMPLE,
)
