"""Is every exception explained and still needed?"""

from __future__ import annotations

from boundaries.enforcement.rules.rule import Example, Rule

_EXAMPLE = Example(
    before={
        "shop/bookings/views.py": """\
from shop.payments.models import Payment  # boundaries: allow BD202
""",
    },
    after={
        "shop/bookings/views.py": """\
# boundaries: allow BD202 -- the door has no refunds yet, ticket 7
from shop.payments.models import Payment
""",
    },
)

RULE = Rule(
    code="BD216",
    title="allow comment without a reason or a use",
    kinds=("comment",),
    why=("An exception that nobody explains is copied; one that covers nothing hides the next violation."),
    fix=(
        "Write `# boundaries: allow BD203 -- the reason`, or remove the comment when nothing on the"
        " line breaks the rule."
    ),
    remedy="Give a reason after `--`, or remove the comment.",
    example=_EXAMPLE,
)
