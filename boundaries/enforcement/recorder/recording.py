"""What has been recorded, within a bound, and how is it kept?

The file is JSON lines, one object for each `Row`: its fields, `"schema": 1` and a `count`. Every process appends lines of
its own, each with what it has counted since its last line for that row; a reader adds up.
"""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

import msgspec

from boundaries.errors import BoundaryError

_SCHEMA = 1
_MOST_ROWS = 10_000


class RecordUnreadable(BoundaryError):
    """Raised when a record is not what the recorder writes."""

    code = "BD282"
    problem = "{path} cannot be read as a record: {reason}."
    remedy = "Record again, with `pytest --boundaries-record=FILE` or the middleware."


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """One kind of event at one line of code.

    `kind` is `sql`, `lookup`, `relation` or `transaction`. `target` is the table for `sql`, `context.command` for a
    command called inside a transaction, else `app_label.Model`. `access` is `read`, `write` or `call`; `detail` is
    for people.
    """

    kind: str
    path: str
    line: int
    source: str
    source_context: str
    target_context: str
    target: str
    access: str
    detail: str = ""


class _Line(Row, frozen=True, kw_only=True, omit_defaults=True):
    schema: int
    count: int


class Recording:
    """Rows with their counts, in memory; past `most_rows` different ones, events of further rows are dropped."""

    def __init__(self, *, most_rows: int = _MOST_ROWS) -> None:
        self._most_rows = most_rows
        self._lock = threading.Lock()
        self._counts: Counter[Row] = Counter()
        self._written: Counter[Row] = Counter()
        self.dropped = 0

    def add(self, row: Row) -> None:
        """Count one event."""
        with self._lock:
            if row in self._counts or len(self._counts) < self._most_rows:
                self._counts[row] += 1
            else:
                self.dropped += 1

    def rows(self) -> dict[Row, int]:
        """Everything so far, with its counts."""
        with self._lock:
            return dict(self._counts)

    def append_to(self, path: Path, *, only_new: bool = False) -> None:
        """Append what the file does not have yet; with `only_new`, rows that it has stay as they are.

        One write of whole lines, so that processes do not cut into each other's.
        """
        with self._lock:
            grown = {row: count - self._written[row] for row, count in self._counts.items()}
            chosen = {row: n for row, n in grown.items() if n and not (only_new and self._written[row])}
            self._written.update(chosen)
        if chosen:
            with path.open("ab", buffering=0) as file:
                file.write(b"".join(_encode(row, count) for row, count in chosen.items()))


def read_rows(path: Path) -> dict[Row, int]:
    """The rows of a record with their counts, added up over the processes that wrote it.

    :raises RecordUnreadable: when the file is not there or something else.
    """
    counts: Counter[Row] = Counter()
    try:
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            counts.update(_decode(line, f"{path}:{number}"))
    except OSError as error:
        raise RecordUnreadable(path=str(path), reason=error.strerror or str(error)) from None
    return dict(counts)


def _encode(row: Row, count: int) -> bytes:
    return msgspec.json.encode({"schema": _SCHEMA, "count": count, **msgspec.to_builtins(row)}) + b"\n"


def _decode(line: bytes, place: str) -> dict[Row, int]:
    try:
        said = msgspec.json.decode(line, type=_Line)
    except msgspec.DecodeError as error:
        raise RecordUnreadable(path=place, reason=str(error)) from None
    if said.schema != _SCHEMA:
        raise RecordUnreadable(path=place, reason=f"its schema is {said.schema}, not {_SCHEMA}")
    fields = {name: getattr(said, name) for name in Row.__struct_fields__}
    return {Row(**fields): said.count}
