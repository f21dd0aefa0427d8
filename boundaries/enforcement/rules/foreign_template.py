"""Does a page use another context's template or tag library?"""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.link import Link
from boundaries.enforcement.rules.rule import Example, Rule


def _breaks(_link: Link, _source: Context, _target: Context) -> bool:
    return True


_EXAMPLE = Example(
    before={
        "shop/payments/templates/payments/receipt.html": """\
<p>{{ payment.amount }}</p>
""",
        "shop/bookings/templates/bookings/show.html": """\
{% include "payments/receipt.html" %}
""",
    },
    after={
        "shop/bookings/templates/bookings/show.html": """\
<p>{{ paid_amount }}</p>
""",
    },
)

RULE = Rule(
    code="BD221",
    title="template of another context",
    kinds=("template",),
    why=(
        "A template that is extended, included or loaded runs the other context's code and shows its "
        "objects, without any import. It leaves together with its context, and a missing template fails "
        "when the page is shown, not when it is deployed."
    ),
    fix=(
        "Move what everybody uses (a base page, tags for money and dates) into a context with `shared = "
        "true`. For a fragment that shows the other context's data, ask its facade for the data and show "
        "it in a template of your own."
    ),
    remedy="Move {target} into a shared context, or show the data of {target_context} in a template of your own.",
    breaks=_breaks,
    example=_EXAMPLE,
)
