"""What do the statements and transactions of one connection couple?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import FrameType
from typing import Any

from boundaries.enforcement.recorder.place import Place, Places
from boundaries.enforcement.recorder.recording import Recording, Row
from boundaries.enforcement.recorder.statement import read_statement

Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Owner:
    """The model of a table, and its context."""

    label: str
    context: str


@dataclass(frozen=True, slots=True)
class Use:
    """One owned table that a statement names."""

    table: str
    owner: Owner
    is_write: bool
    verb: str


class Tables:
    """Who owns the tables that a statement names; worked out once for each text."""

    def __init__(self, owners: Mapping[str, Owner]) -> None:
        self._owners = owners
        self.used_in = lru_cache(maxsize=4096)(self._used_in)

    def _used_in(self, sql: str) -> tuple[Use, ...]:
        statement = read_statement(sql)
        return tuple(
            Use(table, self._owners[table], table in statement.writes, statement.verb)
            for table in sorted(statement.reads | statement.writes)
            if table in self._owners
        )


@dataclass(slots=True)
class Transaction:
    """An outermost transaction: where it was opened, who wrote what in it, which commands were called."""

    opened_at: Place | None
    writes: dict[str, tuple[Place, Owner]] = field(default_factory=dict)
    calls: dict[tuple[str, str], Place] = field(default_factory=dict)


class Observer:
    """Watches one connection as Django's execute wrapper; what it does wrong never reaches the caller."""

    def __init__(
        self,
        *,
        tables: Tables,
        places: Places,
        recording: Recording,
        complain: Callable[[Exception], None],
    ) -> None:
        self._tables = tables
        self._places = places
        self._recording = recording
        self._complain = complain
        self._blocks = 0
        self._transaction: Transaction | None = None

    def __call__(self, execute: Execute, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Run the statement, then look at what it was."""
        result = execute(sql, params, many, context)
        self._guarded(self._note, sql, sys._getframe(1))  # noqa: SLF001  (inspect.currentframe() is the same, slower)
        return result

    def enter(self) -> None:
        """A block of `transaction.atomic` begins; those of a TestCase are not told of."""
        self._blocks += 1
        if self._blocks == 1:
            self._guarded(self._open, sys._getframe(1))  # noqa: SLF001

    def leave(self) -> None:
        """A block ends, well or not: its writes were made together all the same."""
        self._blocks = max(0, self._blocks - 1)
        if not self._blocks and self._transaction is not None:
            transaction, self._transaction = self._transaction, None
            self._guarded(self._close, transaction)

    def call(self, *, context: str, operation: str) -> None:
        """A command of a facade is about to run on this connection."""
        if self._transaction is not None:
            self._guarded(self._note_call, self._transaction, context, operation, sys._getframe(1))  # noqa: SLF001

    def _guarded(self, function: Callable[..., None], *arguments: Any) -> None:
        try:
            function(*arguments)
        except Exception as error:  # noqa: BLE001  (watching must not change what is watched)
            self._complain(error)

    def _note(self, sql: Any, frame: FrameType) -> None:
        used = self._tables.used_in(sql if isinstance(sql, str) else str(sql))
        place = self._places.find(frame) if used else None
        if place is None or place.is_test:
            return
        for use in used:
            if use.owner.context != place.context:
                self._recording.add(_row(place, use))
            if use.is_write and self._transaction is not None:
                self._transaction.writes.setdefault(use.owner.context, (place, use.owner))

    def _open(self, frame: FrameType) -> None:
        self._transaction = Transaction(self._places.find(frame))

    def _note_call(self, transaction: Transaction, context: str, operation: str, frame: FrameType) -> None:
        place = self._places.find(frame)
        if place is not None and not place.is_test and place.context != context:
            transaction.calls.setdefault((context, operation), place)

    def _close(self, transaction: Transaction) -> None:
        opened_at = transaction.opened_at
        if opened_at is not None and opened_at.is_test:
            return
        for row in (*_crossings(transaction), *_held_calls(transaction)):
            self._recording.add(row)


def _row(place: Place, use: Use) -> Row:
    kind = {"raw": "sql", "orm": "lookup"}.get(place.way, place.way)
    return Row(
        kind=kind,
        path=place.path,
        line=place.line,
        source=place.source,
        source_context=place.context,
        target_context=use.owner.context,
        target=use.table if kind == "sql" else use.owner.label,
        access="write" if use.is_write else "read",
        detail=f"{use.verb} at run time",
    )


def _crossings(transaction: Transaction) -> list[Row]:
    """One row for each further context that the transaction has written, at the place that opened it."""
    if len(transaction.writes) < 2:
        return []
    opened_at = transaction.opened_at
    first = (
        opened_at.context
        if opened_at and opened_at.context in transaction.writes
        else next(iter(transaction.writes))
    )
    place = opened_at if opened_at and opened_at.context == first else transaction.writes[first][0]
    return [
        _transaction_row(place, first, context, owner.label, "write", f"written at {wrote.path}:{wrote.line}")
        for context, (wrote, owner) in transaction.writes.items()
        if context != first
    ]


def _held_calls(transaction: Transaction) -> list[Row]:
    """One row for each command of another context that was called while the transaction was open."""
    rows = []
    for (context, operation), place in transaction.calls.items():
        others = sorted(set(transaction.writes) - {context})
        detail = f"in a transaction that writes {', '.join(others)}" if others else "in a transaction"
        rows.append(_transaction_row(place, place.context, context, f"{context}.{operation}", "call", detail))
    return rows


def _transaction_row(
    place: Place, source_context: str, target_context: str, target: str, access: str, detail: str
) -> Row:
    return Row(
        kind="transaction",
        path=place.path,
        line=place.line,
        source=place.source,
        source_context=source_context,
        target_context=target_context,
        target=target,
        access=access,
        detail=detail,
    )
