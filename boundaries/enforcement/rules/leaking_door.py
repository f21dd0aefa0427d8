"""Does a door hand out what cannot cross a process?"""

from __future__ import annotations

from boundaries.enforcement.rules.rule import Example, Rule

_EXAMPLE = Example(
    before={
        "shop/payments/public.py": """\
from django.db.models import QuerySet


class Payments:
    def for_bookings(self, *, booking_ids: list[int]) -> QuerySet: ...
""",
    },
    after={
        "shop/payments/public.py": """\
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class PaidAmount:
    booking_id: int
    amount: Decimal


class Payments:
    def for_bookings(self, *, booking_ids: list[int]) -> dict[int, PaidAmount]: ...
""",
    },
)

RULE = Rule(
    code="BD206",
    title="door that leaks ORM types",
    kinds=("door",),
    why=(
        "A door's signatures become a wire protocol. A model, a queryset or a request cannot be "
        "sent; a caller that got one can walk on into every table behind it."
    ),
    fix=("Answer with frozen dataclasses of standard types, and build them in the implementation."),
    remedy="Return a frozen dataclass instead of {target}.",
    example=_EXAMPLE,
)
