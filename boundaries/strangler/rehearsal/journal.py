"""What did the load see?

A load is any command; what it saw, it writes to a journal of one JSON object per line, in UTF-8. The kit
reads these lines and keys and ignores all others:

    {"line": "start", "at": wall}                          first, before the first request
    {"line": "request",
     "name": "pay",                                        the kind of request
     "write": true,                                        whether it asks for a change
     "due": wall, "ended": wall,                           when it was to be sent; when its answer was whole
     "latency_ms": ended - due,                            what its sender had to wait
     "failed": false, "failure": null | "5xx" | "timeout" | "connection" | "undocumented",
     "acknowledged": true}                                 a change whose success was announced
    {"line": "end", "at": wall}                            last, after the last answer

`wall` is seconds since the epoch, with a fraction. `name` to `failed` are required. A load should be
open-loop (arrivals don't wait for answers), must not repeat requests, and counts as failed whatever its user
would.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boundaries.errors import BoundaryError


class JournalUnreadable(BoundaryError):
    """Raised when a load's journal is missing, or is not in the documented form."""

    code = "BD580"
    problem = "The journal {path} cannot be read: {reason}."
    remedy = "The load command writes it; boundaries/strangler/rehearsal/journal.py documents the form."


@dataclass(frozen=True, slots=True)
class Request:
    """One request as its sender saw it; times in seconds since the epoch."""

    name: str
    is_write: bool
    due: float
    ended: float
    latency_ms: float
    failed: bool
    failure: str | None = None
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class Journal:
    """All requests of one run, by the time they ended.

    `ended_at` is None when the load never said that it was done.
    """

    requests: Sequence[Request] = field(default_factory=tuple)
    started_at: float | None = None
    ended_at: float | None = None

    @property
    def writes(self) -> list[Request]:
        """The requests that asked for a change."""
        return [request for request in self.requests if request.is_write]


def read_journal(path: Path) -> Journal:
    """The journal in the file `path`. A last line that was cut by a kill is left out.

    :raises JournalUnreadable: naming the line, or why there is no file.
    """
    requests: list[Request] = []
    started_at = ended_at = None
    for number, line in _lines(path):
        try:
            match line["line"]:
                case "request":
                    requests.append(_request(line))
                case "start":
                    started_at = min(started_at or float(line["at"]), float(line["at"]))
                case "end":
                    ended_at = float(line["at"])
        except (KeyError, TypeError, ValueError) as error:
            raise JournalUnreadable(path=str(path), reason=f"line {number}: {error!r}") from error
    return Journal(sorted(requests, key=lambda request: request.ended), started_at, ended_at)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise JournalUnreadable(path=str(path), reason=str(error)) from error
    whole = text[: text.rfind("\n") + 1].splitlines()
    for number, line in enumerate(whole, start=1):
        try:
            yield number, json.loads(line)
        except ValueError as error:
            raise JournalUnreadable(path=str(path), reason=f"line {number} is no JSON") from error


def _request(line: dict[str, Any]) -> Request:
    return Request(
        name=str(line["name"]),
        is_write=bool(line["write"]),
        due=float(line["due"]),
        ended=float(line["ended"]),
        latency_ms=float(line["latency_ms"]),
        failed=bool(line["failed"]),
        failure=line.get("failure"),
        acknowledged=bool(line.get("acknowledged")),
    )
