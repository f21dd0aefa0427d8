"""Where do two answers differ, and how often?

Differences are stored as paths and kinds of change, without the values: a mismatch table must not become a copy of
the customers' data.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec
from django.db.models import F
from django.utils import timezone

from boundaries.conf import setting
from boundaries.facades.facade import Operation
from boundaries.facades.models import Mismatch, ShadowTally

FLUSH_SECONDS = 0.5
MOST_DIFFERENCES = 20

_COUNTERS = ("calls", "mismatches", "inconclusive", "failures", "dropped")


def differences(control: bytes, candidate: bytes, ignored: frozenset[str]) -> list[str]:
    """How the candidate's JSON differs from the control's: `path: what`, at most twenty; empty when equal."""
    if control == candidate:
        return []
    found = _walk(msgspec.json.decode(control), msgspec.json.decode(candidate), "$", ignored)
    return [line for line, _ in zip(found, range(MOST_DIFFERENCES), strict=False)]


def record(operation: Operation[Any, Any], lines: list[str]) -> None:
    """Store a mismatch under its signature, or count it up."""
    signature = hashlib.blake2b("\n".join(lines).encode(), digest_size=16).hexdigest()
    names = {"context": operation.context, "operation": operation.name, "signature": signature}
    table = Mismatch.objects.using(setting("DATABASE"))
    _, is_new = table.get_or_create(**names, defaults={"differences": lines})
    if not is_new:
        table.filter(**names).update(count=F("count") + 1, last_at=timezone.now())


def tally(operation: Operation[Any, Any], **counts: int) -> None:
    """Count in memory; written every half second, so that a shadow costs no statement of its own."""
    with _lock:
        row = _pending[operation.context, operation.name]
        for name, count in counts.items():
            row[name] = row.get(name, 0) + count


def flush_if_due() -> None:
    """Write the tallies if the last time is long enough ago."""
    global _flushed_at  # noqa: PLW0603  (one clock per process)
    if time.monotonic() - _flushed_at >= FLUSH_SECONDS:
        _flushed_at = time.monotonic()
        flush()


def flush() -> None:
    """Write the tallies counted so far."""
    with _lock:
        pending = dict(_pending)
        _pending.clear()
    table = ShadowTally.objects.using(setting("DATABASE"))
    for (context, operation), counts in pending.items():
        table.get_or_create(context=context, operation=operation)
        table.filter(context=context, operation=operation).update(
            **{name: F(name) + counts.get(name, 0) for name in _COUNTERS}
        )


def _walk(control: Any, candidate: Any, path: str, ignored: frozenset[str]) -> Iterator[str]:
    if isinstance(control, dict) and isinstance(candidate, dict):
        for name in sorted(control.keys() | candidate.keys()):
            if name in ignored:
                continue
            if name not in candidate or name not in control:
                yield f"{path}.{_generic(name)}: only in the {'control' if name in control else 'candidate'}"
            else:
                yield from _walk(control[name], candidate[name], f"{path}.{_generic(name)}", ignored)
    elif isinstance(control, list) and isinstance(candidate, list):
        if len(control) != len(candidate):
            yield f"{path}: another length"
        for left, right in zip(control, candidate, strict=False):
            yield from _walk(left, right, f"{path}[]", ignored)
    elif control != candidate or type(control) is not type(candidate):
        kinds = type(control).__name__, type(candidate).__name__
        yield f"{path}: another value" if kinds[0] == kinds[1] else f"{path}: {kinds[0]} became {kinds[1]}"


def _generic(name: str) -> str:
    """A dictionary key as part of a path; keys that look like identities are folded into one."""
    return name if name.isidentifier() else "*"


_lock = threading.Lock()
_pending: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
_flushed_at = 0.0
