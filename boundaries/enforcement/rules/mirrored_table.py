"""Does a service show its tables as they are, under another name?"""

from __future__ import annotations

from boundaries.enforcement.rules.rule import Example, Rule

_DOOR = "from dataclasses import dataclass\n\n\n@dataclass(frozen=True)\nclass PaymentData:\n"
_EXAMPLE = Example(
    before={
        "boundaries.toml": """\
[contexts.payments]
packages = ["shop.payments"]

[contexts.payments.service]
path = "services/payments"
""",
        "services/payments/boundaries.toml": 'compiled = true\n[contexts.payments]\npackages = ["shop.payments"]\n',
        "services/payments/shop/payments/models.py": """\
from django.db import models


class Payment(models.Model):
    booking_id = models.BigIntegerField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    state = models.CharField(max_length=20)
    processor_reference = models.CharField(max_length=40)
""",
        "services/payments/shop/payments/public.py": _DOOR
        + "    id: int\n    booking_id: int\n    amount: str\n    state: str\n    processor_reference: str\n",
    },
    after={
        "services/payments/shop/payments/public.py": _DOOR
        + "    booking_id: int\n    amount: str\n    is_settled: bool\n",
    },
)

RULE = Rule(
    code="BD245",
    title="data object that mirrors a table",
    kinds=("service",),
    why=(
        "A data object with every column of a table makes the table the contract: each change of a column is a change"
        " for every caller, and callers come to depend on what was nobody's business."
    ),
    fix="Offer what callers ask for, in their words, and leave out what they do not need.",
    remedy="Leave out of {source} what no caller needs.",
    severity="warning",
    example=_EXAMPLE,
)
