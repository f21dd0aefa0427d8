"""Does a migration need another context's migrations?"""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.link import Link
from boundaries.enforcement.rules.rule import Example, Rule


def _breaks(_link: Link, _source: Context, _target: Context) -> bool:
    return True


_EXAMPLE = Example(
    before={
        "shop/bookings/migrations/0007_payment.py": """\
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("bookings", "0006_note"), ("payments", "0001_initial")]
""",
    },
    after={
        "shop/bookings/migrations/0007_payment.py": """\
from django.db import migrations


class Migration(migrations.Migration):
    replaces = [("bookings", "0006_note"), ("bookings", "0007_payment")]
    dependencies = [("bookings", "0005_seats")]
""",
    },
)

RULE = Rule(
    code="BD215",
    title="migration needs another context",
    kinds=("migration",),
    why=(
        "Old migrations remember relations that are gone. They do not stop an extraction, since a "
        "service starts a history of its own, but they tie the order of both apps' migrations for "
        "as long as they exist."
    ),
    fix=(
        "Nothing, if the relation is gone from the models. Squash the migrations when the history "
        "is no longer needed."
    ),
    remedy="Squash the migrations of {source_context} once the relation is gone.",
    severity="warning",
    breaks=_breaks,
    example=_EXAMPLE,
)
