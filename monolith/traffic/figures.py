"""How did the requests go, in a few numbers?"""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class Tally:
    """Counts the lines of one run; `second()` tells about the lines since it was last asked."""

    def __init__(self) -> None:
        self.requests = 0
        self.failures: Counter[str] = Counter()
        self.names: Counter[str] = Counter()
        self.acknowledged = self.unknown = self.stale = 0
        self._latencies: list[float] = []
        self._seen = 0

    def add(self, line: dict[str, Any]) -> None:
        """Count one request of the journal."""
        self.requests += 1
        self.names[line["name"]] += 1
        self._latencies.append(line["latency_ms"])
        self.acknowledged += line["acknowledged"]
        self.unknown += line["unknown"]
        self.stale += line["stale"]
        if line["failed"]:
            self.failures[line["failure"]] += 1

    @property
    def failed(self) -> int:
        """Requests that failed, for whatever reason."""
        return self.failures.total()

    def second(self) -> dict[str, float]:
        """Count and latencies of the requests since the last call."""
        recent = self._latencies[self._seen :]
        self._seen = len(self._latencies)
        return {"count": len(recent), **latencies(recent)}

    def summary(self) -> dict[str, Any]:
        """The whole run."""
        return {
            "requests": self.requests,
            "failed": self.failed,
            "failures": dict(self.failures),
            "names": dict(self.names),
            **latencies(self._latencies),
            "writes": {"acknowledged": self.acknowledged, "unknown": self.unknown},
            "stale_reads": self.stale,
        }


def latencies(values: Sequence[float]) -> dict[str, float]:
    """Median, 99th percentile and longest, in milliseconds; zeros when there are none."""
    ordered = sorted(values)
    return {
        "p50_ms": round(percentile(ordered, 0.50), 2),
        "p99_ms": round(percentile(ordered, 0.99), 2),
        "max_ms": round(ordered[-1], 2) if ordered else 0.0,
    }


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest of the `ordered` values that at least `share` of them don't exceed (nearest rank)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def replace_json(path: Path, value: dict[str, Any]) -> None:
    """Write `value` so that a reader of `path` sees the old object or the new one, never half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)
