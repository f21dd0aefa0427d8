"""Does code send, schedule or route another context's task by its name?"""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.link import Link
from boundaries.enforcement.rules.rule import Example, Rule


def _breaks(_link: Link, _source: Context, _target: Context) -> bool:
    return True


_EXAMPLE = Example(
    before={
        "shop/payments/tasks.py": """\
from celery import shared_task
@shared_task
def capture(booking): ...
""",
        "shop/bookings/views.py": """\
def confirm(app, booking):
    app.send_task("shop.payments.tasks.capture", args=[booking.pk])
""",
    },
    after={
        "shop/bookings/views.py": """\
def confirm(publish, booking):
    publish(booking.pk)
""",
    },
)

RULE = Rule(
    code="BD219",
    title="task of another context by name",
    kinds=("task",),
    why=(
        "A task's name is a promise that nobody wrote down: whoever sends it decides the arguments, and "
        "the queue takes any. When the context leaves, its worker no longer reads this queue, and the "
        "message waits for ever."
    ),
    fix=(
        "Publish an event, or call the other context's facade, and let the owner start its own task. A "
        "schedule and a route belong to the context whose task they name."
    ),
    remedy="Publish an event, or let {target_context} schedule {target} itself.",
    breaks=_breaks,
    example=_EXAMPLE,
)
