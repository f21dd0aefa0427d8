"""How does a context learn that a row which it refers to is gone, and what does it do then?

The owner's model announces its deletions as events, in the transaction of the deletion. Each context that refers to
it follows them by the `on_delete` of its references: after the fact, once, wherever both live.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import make_dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.db.models import Model, ProtectedError, QuerySet
from django.db.models.signals import post_delete, pre_delete

from boundaries.contexts.map import current_map
from boundaries.contexts.ownership import context_of_model
from boundaries.contexts.source import MapNotFound
from boundaries.errors import BoundaryError
from boundaries.facades import resolution
from boundaries.facades.reference import Reference
from boundaries.messaging.consumer import consumer
from boundaries.messaging.event import UnknownEvent, event, type_named
from boundaries.messaging.transaction import database

M = TypeVar("M", bound=type[Model])

_UID = "boundaries_deletion"
_announced: dict[type[Model], tuple[str, ...]] = {}


class DeletionRefused(BoundaryError, ProtectedError):
    """Raised when a row is deleted to which a row of another context in this process refers with PROTECT."""

    code = "BD833"
    problem = "{model} {key} is referred to by {rows} of {field}."
    remedy = "Delete those first, or let them point elsewhere."

    def __init__(self, *, protected_objects: Any = (), **facts: Any) -> None:
        self.facts = facts
        ProtectedError.__init__(self, self.render(), set(protected_objects))


class ReferenceProtected(BoundaryError):
    """Raised by the consumer of a deletion that a PROTECT of its context cannot stop any more."""

    code = "BD834"
    problem = "{model} {key} was deleted by its owner, and {rows} of {field} still refer to it."
    remedy = "Restore it there, or delete or redirect those rows; then run `boundaries outbox retry`."


class KeyNotAnnounced(BoundaryError):
    """Raised by the consumer of a deletion that does not say the field by which its context refers to the row."""

    code = "BD835"
    problem = "{field} refers to {to} by {to_field}, which the deletion of {key} does not tell."
    remedy = "Name it: @announces_deletion({to_field!r}) on the model, then `boundaries references --handle`."


def announces_deletion(*fields: str) -> Callable[[M], M]:
    """Declare on a model that each deletion of a row is told to those who refer to it.

    Told are the model, the primary key and the unique `fields` by which others refer to it, nothing else of the row.
    While a row of another context in this database refers to it with PROTECT, the deletion is refused.
    SQL and `_raw_delete()` that bypass Django's signals are not seen: `boundaries references` finds what they leave.
    """

    def declare(model: M) -> M:
        _announced[model] = fields
        _watch(model)
        return model

    return declare


def is_announced(model: type[Model]) -> bool:
    """Whether the deletions of a model are told."""
    return model in _announced


def deletion_of(context: str) -> type:
    """The event `<context>.row_deleted`, in order for each row."""
    name = f"{context}.row_deleted"
    with suppress(UnknownEvent):
        return type_named(name).cls
    fields = [("row", str), ("model", str), ("keys", dict[str, str])]
    made = make_dataclass("RowDeleted", fields, namespace={"__module__": __name__}, frozen=True, slots=True)
    return event(name, key="row")(made)


def follow_deletions() -> None:
    """Declare, for each pair of contexts with references between them, the consumer that carries out `on_delete`.

    A context that does not say in the map that it listens to the other one follows nothing; the checks tell.
    """
    for model in apps.get_models():
        if model._meta.proxy and model._meta.concrete_model in _announced:
            _watch(model)  # Django names the proxy as sender, though the row is the model's
    for context, teller in sorted({(own, other) for _field, own, other in _followed()}):
        name = f"{context}.follow_deletions_of_{teller}"
        consumer(deletion_of(teller), name=name)(_follower(context))


def references() -> Iterator[Reference]:
    """Every reference of the models that are installed here."""
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.proxy:
            yield from (item for item in model._meta.local_fields if isinstance(item, Reference))


def context_of_target(field: Reference) -> str | None:
    """The context to which a reference leads; None where neither models nor map nor facades tell."""
    try:
        return context_of_model(apps.get_model(field.to))
    except (LookupError, ValueError):
        claimed = current_map().context_of_model_label(field.to)
        return claimed or resolution.context_that_resolves(field) or _context_of_label(field.to)


def carry_out(field: Reference, key: Any) -> int:
    """Do to the rows that point at `key` what their `on_delete` says, in the caller's transaction; how many rows.

    :raises ReferenceProtected: where it says that the row should not have been deleted.
    """
    rows = _rows(field, key)
    if field.meaning == "cascade":
        _all, by_model = rows.delete()
        return by_model.get(field.model._meta.label, 0)
    if field.meaning == "set null":
        return rows.update(**{field.attname: None})
    if field.meaning == "protect" and (count := rows.count()):
        raise ReferenceProtected(model=field.to, key=str(key), rows=count, field=str(field))
    return 0


def _watch(model: type[Model]) -> None:
    pre_delete.connect(_refuse_protected, sender=model, dispatch_uid=_UID)
    post_delete.connect(_announce, sender=model, dispatch_uid=_UID)


def _announce(sender: type[Model], instance: Model, **_kwargs: Any) -> None:
    from boundaries.messaging.publish import publish

    model = sender._meta.concrete_model or sender
    context = context_of_model(model)
    if context is None:
        return
    label = model._meta.label
    keys = {name: str(getattr(instance, name)) for name in ("pk", *_announced[model])}
    publish(deletion_of(context)(row=f"{label}/{keys['pk']}", model=label, keys=keys))


def _refuse_protected(sender: type[Model], instance: Model, **_kwargs: Any) -> None:
    label = (sender._meta.concrete_model or sender)._meta.label
    for field in _pointing_at(label):
        key = getattr(instance, field.to_field or "pk")
        rows = _rows(field, key) if field.meaning == "protect" else None
        if rows is not None and (found := list(rows[:10])):
            raise DeletionRefused(
                model=label,
                key=str(key),
                rows=rows.count(),
                field=str(field),
                protected_objects=found,
            )


def _follower(context: str) -> Callable[[Any, Any], None]:
    def follow(deletion: Any, _envelope: Any) -> None:
        for field in _pointing_at(deletion.model):
            if context_of_model(field.model) == context and field.meaning != "nothing":
                name = field.to_field or "pk"
                if name not in deletion.keys:
                    raise KeyNotAnnounced(field=str(field), to=field.to, to_field=name, key=deletion.row)
                carry_out(field, field.to_python(deletion.keys[name]))

    return follow


def _followed() -> Iterator[tuple[Reference, str, str]]:
    """Each reference that something is to be done for, its context, and the one that it leads to."""
    try:
        contexts = current_map().contexts
    except MapNotFound:
        return
    for field in references():
        own, other = context_of_model(field.model), context_of_target(field)
        if field.meaning != "nothing" and own and other and other in (own, *contexts[own].listens_to):
            yield field, own, other


def _pointing_at(label: str) -> Iterator[Reference]:
    return (field for field in references() if field.to.lower() == label.lower())


def _rows(field: Reference, key: Any) -> QuerySet[Model]:
    return QuerySet(field.model, using=database()).filter(**{field.attname: key})


def _context_of_label(to: str) -> str | None:
    """The context with a package that is called like the app, where no code of it is here."""
    label = to.partition(".")[0]
    for context in current_map().contexts.values():
        if any(package.rpartition(".")[2] == label for package in context.packages):
            return context.name
    return None
