"""What about the tables blocks a move?

One generator per code; each case is what, where (the model's line), and the remedy.
"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.strangler.planning.facts import Column, Facts, ForeignKey, Place, PlannedTable, StoredTable

Found = Iterator[tuple[str, Place, str]]

_NOT_COPIED = frozenset({"oid", "xid", "xid8", "cid", "tid", "pg_lsn", "lo"})
_NO_PLACE = Place()


def unmanaged_models(facts: Facts) -> Found:
    """Tables that nobody could create."""
    for model in facts.models:
        if not model.managed:
            yield (
                f"{model.label} is unmanaged: nobody could create {model.table} in the service's database",
                model.place,
                "Let Django manage the table, or leave the model behind a query of the facade.",
            )


def primary_keys(facts: Facts) -> Found:
    """Rows without a usable key."""
    for planned, stored in _stored(facts):
        if stored.relation_kind in "rp" and not stored.key:
            yield (
                f"{stored.name} has no primary key: a changed row could not be recognised",
                _place_of(facts, planned),
                "Add a primary key (ALTER TABLE ... ADD PRIMARY KEY over a unique, not-null column).",
            )
        elif stored.relation_kind in "rp" and planned.key and set(stored.key) != set(planned.key):
            yield (
                f"{stored.name} has the primary key {stored.key}, and Django says {planned.key}",
                _place_of(facts, planned),
                "Bring model and table into line; the key tells changed rows apart.",
            )


def kinds_of_table(facts: Facts) -> Found:
    """Anything that is no table whose rows are all here."""
    names = {"v": "a view", "m": "a materialized view", "f": "a foreign table"}
    for planned, stored in _stored(facts):
        if stored.relation_kind in names:
            yield (
                f"{stored.name} is {names[stored.relation_kind]}",
                _place_of(facts, planned),
                "Only tables can be moved; move the rows into one first.",
            )
        for part in stored.foreign_parts:
            yield (
                f"{stored.name} has the partition {part}, a foreign table",
                _place_of(facts, planned),
                "Detach it: rows on another server cannot be captured.",
            )
        if stored.is_unlogged:
            yield (
                f"{stored.name} is unlogged: a crash of the server would empty it unseen",
                _place_of(facts, planned),
                "ALTER TABLE ... SET LOGGED.",
            )
        for other in stored.inherits:
            yield (
                f"{stored.name} is tied to {other} by table inheritance",
                _place_of(facts, planned),
                f"ALTER TABLE ... NO INHERIT, so that the rows of {stored.name} are its own.",
            )


def side_effects(facts: Facts) -> Found:
    """What writes by itself, or hides rows."""
    for planned, stored in _stored(facts):
        place = _place_of(facts, planned)
        for trigger in stored.triggers:
            yield (
                f"{stored.name} has the trigger {trigger}: replicated rows would set it off again",
                place,
                "Move what it does into the implementation of the facade, then drop the trigger.",
            )
        for rule in stored.rules:
            yield f"{stored.name} has the rule {rule}, which rewrites statements", place, "Drop the rule."
        if stored.has_row_security:
            yield (
                f"{stored.name} has row level security: the mover might not see every row",
                place,
                "Disable row level security on this table; the service's own role guards its database.",
            )


def constraints(facts: Facts) -> Found:
    """Foreign keys that cross, act or cannot wait."""
    moving = {planned.table for planned in facts.tables}
    for planned, stored in _stored(facts):
        for key in stored.foreign_keys:
            is_told_by_model = (key.table, key.target) in facts.known_keys
            problem = _problem_of_key(key, moving, is_told_by_model=is_told_by_model)
            if problem:
                what, remedy = problem
                yield f"{key.table} has the constraint {key.name}, {what}", _place_of(facts, planned), remedy
        for name in stored.unvalidated:
            yield (
                f"{stored.name} has the constraint {name}, which is not validated: rows that break it cannot be copied",
                _place_of(facts, planned),
                "ALTER TABLE ... VALIDATE CONSTRAINT, or drop it.",
            )


def _problem_of_key(key: ForeignKey, moving: set[str], *, is_told_by_model: bool) -> tuple[str, str] | None:
    if key.table not in moving or key.target not in moving:
        if is_told_by_model:
            # The relation between the models is a blocker of its own, with the line to change.
            return None
        outside = key.target if key.table in moving else key.table
        return (
            f"a foreign key between {key.table} and {key.target}, and {outside} stays",
            "Drop the constraint (a Reference does it by a migration); one database cannot check the other.",
        )
    actions = [f"ON DELETE {key.on_delete}", f"ON UPDATE {key.on_update}"]
    acting = [action for action in actions if not action.endswith("NO ACTION")]
    if acting:
        return (
            f"which acts by itself ({', '.join(acting)})",
            "Recreate it without the action, DEFERRABLE INITIALLY DEFERRED; let Django's on_delete do it.",
        )
    if not key.deferrable:
        return (
            "which cannot be deferred: rows could only arrive in one order",
            "ALTER TABLE ... ALTER CONSTRAINT ... DEFERRABLE INITIALLY DEFERRED.",
        )
    return None


def columns(facts: Facts) -> Found:
    """Types that do not survive a copy, and sequences that a switch could not set."""
    for planned, stored in _stored(facts):
        place = _place_of(facts, planned)
        for column in stored.columns:
            if not _can_copy(column):
                yield (
                    f"{stored.name}.{column.name} is of type {column.type}, which cannot be moved safely",
                    place,
                    "Change the column to a type of PostgreSQL itself (text, bigint, jsonb ...).",
                )
        for sequence in stored.odd_sequences:
            yield (
                f"{stored.name} draws from the sequence {sequence}, which goes down or begins again",
                place,
                "Let it go up and end (ALTER SEQUENCE ... INCREMENT 1 NO CYCLE): keys must not be handed out twice.",
            )


def _can_copy(column: Column) -> bool:
    base = column.type.removesuffix("[]").partition("(")[0]
    return column.is_core and column.kind in "brm" and base not in _NOT_COPIED and not base.startswith("reg")


def databases(facts: Facts) -> Found:
    """Tables that are elsewhere or not there."""
    if facts.database.vendor != "postgresql":
        yield (
            f"its tables lie in {facts.database.vendor}",
            _NO_PLACE,
            "Only tables in PostgreSQL can be moved so far.",
        )
    for table in facts.database.missing:
        yield (
            f"the table {table} is not in the database",
            _NO_PLACE,
            "Run `migrate`, or correct BOUNDARIES['DATABASE'] if the tables lie behind another alias.",
        )


def _stored(facts: Facts) -> Iterator[tuple[PlannedTable, StoredTable]]:
    for planned in facts.tables:
        if planned.stored is not None:
            yield planned, planned.stored


def _place_of(facts: Facts, planned: PlannedTable) -> Place:
    return next((model.place for model in facts.models if model.table == planned.table), _NO_PLACE)
