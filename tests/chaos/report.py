"""What has a run of the suite shown, in one file that can be merged with others?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.chaos.cycle import Outcome, describe
from tests.chaos.invariant import PROMISES
from tests.chaos.not_yet import NOT_YET
from tests.chaos.plan import FAULTS, all_points

SUMS = ("acknowledged", "unknown", "lost", "doubled", "torn", "both_open", "differences", "orphans", "looks")
MUST_BE_ZERO = ("lost", "doubled", "torn", "both_open", "differences", "orphans")


def of(outcomes: Sequence[Outcome], *, seed: int, seconds: float, lacks: Mapping[str, str]) -> dict[str, Any]:
    """The report of one seed."""
    points, faults = dict.fromkeys(all_points(), 0), dict.fromkeys(FAULTS, 0)
    invariants = {name: {"says": says, "asserted": 0, "broken": 0} for name, says in PROMISES.items()}
    for outcome in outcomes:
        for name in outcome.points:
            points[name] += 1
        for name in outcome.faults:
            faults[name] += 1
        for name, said in outcome.invariants.items():
            invariants[name]["asserted"] += 1
            invariants[name]["broken"] += bool(said)
    return {
        "schema": 1,
        "cycles": len(outcomes),
        "seeds": [seed],
        "seconds": round(seconds, 1),
        "kill_points": points,
        "faults": faults,
        **{name: sum(outcome.figures.get(name, 0) for outcome in outcomes) for name in SUMS},
        "served_after_ms": max(
            (outcome.figures.get("served_after_ms", 0) for outcome in outcomes), default=0
        ),
        "invariants": invariants,
        "red": [describe(outcome) for outcome in outcomes if outcome.broken],
        "notes": [f"{outcome.cycle}: {note}" for outcome in outcomes for note in outcome.notes],
        "lacks": dict(lacks),
        "not_yet": [{"fault": name, "reason": reason} for name, reason in NOT_YET.items()],
    }


def merge(reports: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Several seeds' reports as one."""
    first, *others = [json.loads(json.dumps(report)) for report in reports]
    for other in others:
        for name in ("cycles", "seconds", *SUMS):
            first[name] = round(first[name] + other[name], 1)
        for name in ("kill_points", "faults"):
            for key, count in other[name].items():
                first[name][key] = first[name].get(key, 0) + count
        for key, invariant in other["invariants"].items():
            for count in ("asserted", "broken"):
                first["invariants"][key][count] += invariant[count]
        for name in ("seeds", "red", "notes"):
            first[name] += other[name]
        first["served_after_ms"] = max(first["served_after_ms"], other["served_after_ms"])
    return first


def problems(report: Mapping[str, Any]) -> list[str]:
    """Why the report is red, one line each; empty when it is green."""
    found = [f"{name}: {report[name]}" for name in MUST_BE_ZERO if report[name]]
    found += [f"{item['cycle']}: {item['broken']}" for item in report["red"]]
    found += [
        f"the fault {name} never struck" + (f": {report['lacks'][name]}" if name in report["lacks"] else "")
        for name, count in report["faults"].items()
        if not count
    ]
    found += [
        f"the point {name!r} was never hit" for name, count in report["kill_points"].items() if not count
    ]
    found += [
        f"{name} was never asserted" for name, told in report["invariants"].items() if not told["asserted"]
    ]
    return found


def write(report: Mapping[str, Any], path: Path) -> None:
    """As JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2) + "\n")
