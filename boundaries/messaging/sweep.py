"""Which references point at rows that are gone?

Messages do not see everything: a row may be written after the deletion that it should have met was carried out, and
SQL may delete behind Django's back. So every identity is shown to its owner's facade, a thousand at a time.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from boundaries.contexts.ownership import context_of_model
from boundaries.facades import resolution
from boundaries.facades.failure import RemoteFailure
from boundaries.facades.reference import Reference
from boundaries.facades.scope import call_scope, mark_written
from boundaries.messaging.deletion import ReferenceProtected, carry_out, context_of_target, references
from boundaries.messaging.listener import contexts_closed_here
from boundaries.messaging.transaction import database

_EXAMPLES = 5


@dataclasses.dataclass
class Swept:
    """What was found at one reference: identities that are gone, the rows handled, and why it could not be swept."""

    field: str
    to: str
    on_delete: str
    seen: int = 0
    dangling: int = 0
    handled: int = 0
    examples: list[str] = dataclasses.field(default_factory=list)
    problem: str = ""

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left to do."""
        return not self.problem and self.dangling == self.handled

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return dataclasses.asdict(self)


def sweep(*, context: str | None = None, handles: bool = False) -> list[Swept]:
    """Look through every reference of the contexts that are owned here, or of one of them.

    With `handles`, each dangling identity is dealt with as `on_delete` says, in a transaction of its own; under PROTECT
    and DO_NOTHING it is only counted. The other side sweeps what it owns: run it in both.
    """
    closed = contexts_closed_here()
    return [
        _sweep(item, handles=handles)
        for item in references()
        if (owner := context_of_model(item.model)) not in closed and context in (None, owner)
    ]


def _sweep(reference: Reference, *, handles: bool) -> Swept:
    swept = Swept(field=str(reference), to=reference.target, on_delete=reference.meaning)
    try:
        for keys in _identities(reference):
            swept.seen += len(keys)
            for key in _gone(reference, keys):
                swept.dangling += 1
                swept.examples = [*swept.examples, str(key)][:_EXAMPLES]
                swept.handled += handles and _handle(reference, key)
    except (RemoteFailure, resolution.ReferenceUnresolvable) as error:
        swept.problem = error.render()
    return swept


def _identities(reference: Reference) -> Iterator[list[Any]]:
    """The different identities of a column, in portions, along its index."""
    name = reference.attname
    rows: QuerySet[Any] = QuerySet(reference.model, using=database()).filter(**{f"{name}__isnull": False})
    values = rows.order_by(name).values_list(name, flat=True).distinct()
    keys = list(values[: resolution.BATCH_KEYS])
    while keys:
        yield keys
        keys = list(values.filter(**{f"{name}__gt": keys[-1]})[: resolution.BATCH_KEYS])


def _gone(reference: Reference, keys: list[Any]) -> list[Any]:
    """Those that the owner does not have; a copy might only not have them yet."""
    with call_scope():
        mark_written(context_of_target(reference) or "")
        known = resolution.fetch(reference, keys)
    return [key for key in keys if key not in known]


def _handle(reference: Reference, key: Any) -> bool:
    if reference.meaning == "nothing":
        return False
    try:
        with transaction.atomic(using=database()):
            carry_out(reference, key)
    except ReferenceProtected:
        return False
    return True
