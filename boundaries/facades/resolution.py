"""What stands behind the references of a page of rows?

The facade's operation that says `resolves="app.Model"` is asked, once for all rows.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from boundaries.contexts.map import current_map
from boundaries.contexts.source import MapNotFound
from boundaries.errors import BoundaryError
from boundaries.facades.facade import Operation, all_facades
from boundaries.facades.failure import RemoteFailure

if TYPE_CHECKING:
    from django.db.models import Model

    from boundaries.facades.reference import Reference

log = logging.getLogger("boundaries.reference")

BATCH_KEYS = 1000


class ReferenceUnresolvable(BoundaryError):
    """Raised when a reference is to be resolved and no facade says how."""

    code = "BD832"
    problem = "No operation of a facade says that it resolves {target}."
    remedy = 'Declare one behind the owner\'s door: `@query(resolves="{target}")`, from identities to a dict.'


def resolve(field: Reference, rows: Iterable[Model]) -> dict[Any, Any]:
    """Identity to answer for what these rows point at; each row remembers its own. See `Reference`."""
    page = list(rows)
    answers = fetch(field, {getattr(row, field.attname) for row in page})
    for row in page:
        key = getattr(row, field.attname)
        vars(row)[_slot(field)] = (key, answers.get(key))
    return answers


def labels(field: Reference, rows: Iterable[Model]) -> dict[Any, str]:
    """What to show for what these rows point at; the identity itself where nobody can be asked."""
    keys = {getattr(row, field.attname) for row in rows} - {None}
    answers = _fetch_if_possible(field, keys)
    if answers is None:
        return {key: str(key) for key in keys}
    return {key: label_of(answers[key]) if key in answers else f"{key} (gone)" for key in keys}


def fetch(field: Reference, keys: Iterable[Any]) -> dict[Any, Any]:
    """Ask the facade for these identities; None is left out.

    :raises ReferenceUnresolvable: when no operation says that it resolves the target.
    """
    operation = _operation(field.target, "resolves")
    if operation is None:
        raise ReferenceUnresolvable(target=field.target)
    [argument] = operation.argument_names
    wanted = sorted(set(keys) - {None}, key=str)
    found: dict[Any, Any] = {}
    for start in range(0, len(wanted), BATCH_KEYS):
        found |= operation(**{argument: wanted[start : start + BATCH_KEYS]})
    return found


def find(field: Reference, *, text: str, limit: int) -> list[Any]:
    """The identities of what fits a text, by the operation that `finds` them; none where nobody can be asked."""
    operation = _operation(field.target, "finds")
    if operation is None:
        return []
    try:
        return list(operation(text=text, limit=limit))
    except RemoteFailure as failure:
        log.warning("%s", failure.render())
        return []


def context_that_resolves(field: Reference) -> str | None:
    """The context whose facade resolves the target."""
    operation = _operation(field.target, "resolves")
    return operation.context if operation else None


def is_known_to_be_gone(field: Reference, key: Any) -> bool:
    """Whether the facade was asked and has no such row."""
    answers = _fetch_if_possible(field, [key])
    return answers is not None and key not in answers


def is_loaded(field: Reference, row: Model) -> bool:
    """Whether a row remembers the answer for what it points at now."""
    remembered = vars(row).get(_slot(field))
    return remembered is not None and remembered[0] == getattr(row, field.attname)


def loaded(field: Reference, row: Model) -> Any:
    """The answer that a row remembers."""
    return vars(row)[_slot(field)][1]


def label_of_text(field: Reference, text: Any) -> str:
    """The label for what stands in a form's input; empty while that is no identity, or nobody can be asked."""
    try:
        key = field.to_python(text)
    except ValidationError:
        return ""
    answers = None if key in (None, "") else _fetch_if_possible(field, [key])
    return label_of(answers[key]) if answers and key in answers else ""


def label_of(value: Any) -> str:
    """What to show for an answer: its `label` where it has one, else its text."""
    return str(getattr(value, "label", value))


def _slot(field: Reference) -> str:
    """Where a row keeps the pair of an identity and its answer."""
    return f"_answer_for_{field.attname}"


def _fetch_if_possible(field: Reference, keys: Iterable[Any]) -> dict[Any, Any] | None:
    try:
        return fetch(field, keys)
    except ReferenceUnresolvable:
        return None
    except RemoteFailure as failure:
        log.warning("%s", failure.render())
        return None


def _operation(target: str, role: str) -> Operation[..., Any] | None:
    """The operation with that role for `app.Model`; doors that nobody has imported yet are."""
    return (
        _imported_operation(target, role) or (_import_doors() and _imported_operation(target, role)) or None
    )


def _imported_operation(target: str, role: str) -> Operation[..., Any] | None:
    operations = (item for facade in all_facades().values() for item in facade.operations.values())
    return next((item for item in operations if getattr(item, role).lower() == target.lower()), None)


def _import_doors() -> bool:
    """Import the facades of the map; False without one."""
    try:
        contexts = current_map().contexts.values()
    except MapNotFound:
        return False
    for context in contexts:
        if context.facade:
            try:
                importlib.import_module(context.facade.partition(":")[0])
            except ModuleNotFoundError:
                continue  # a service has the doors of those only that it calls
    return True
