"""What will the service cost to keep, and is everything there that a move needs?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from boundaries.enforcement.wording import counted
from boundaries.strangler.planning.blocker import Finding
from boundaries.strangler.planning.facts import Facts

_SECRET = re.compile(r"KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL|DSN")
_OLDEST_SERVER = 15
_ALERTS = (
    "error rate, latency, lag of the follower, undelivered events, dead letters, space on the database's disk"
)


def make_bill(facts: Facts) -> list[dict[str, str]]:
    """What there will be once more: running it costs this every month, whoever pays."""
    names = _names(facts)
    secrets = ["SECRET_KEY", "the database's URL", "the key ring for signed calls"]
    secrets += sorted(name for name in names["setting"] if _SECRET.search(name) and name != "SECRET_KEY")
    processes = [
        "web",
        "migrations as a job",
        "relay of the outbox",
        *(["task worker"] if names["task"] else []),
    ]
    rows = [
        ("databases", "one of its own, with backups, restore drills and upgrades"),
        ("processes", ", ".join(processes)),
        ("pipelines", "one that builds, tests, checks the contract and deploys it alone"),
        ("secrets", ", ".join(secrets)),
        ("alerts", _ALERTS),
        ("on call", f"{facts.owners.get(facts.context) or 'nobody yet'}, day and night"),
        ("while it moves", "one supervised follower, and both copies of the data"),
    ]
    if names["file field"]:
        rows.append(("storage", "the files of its fields: one bucket that both sides reach, or a copy"))
    if names["cache key"] or names["session key"]:
        rows.append(("cache", "a namespace of its own"))
    return [{"what": what, "figure": figure} for what, figure in rows]


def check_readiness(facts: Facts, blockers: Sequence[Finding]) -> list[dict[str, Any]]:
    """What must be true before the first step; `ready` is None where only people can tell."""
    rows = (*_told(facts, blockers), *_asked(facts))
    return [{"what": what, "ready": ready, "why": why} for what, ready, why in rows]


def _told(facts: Facts, blockers: Sequence[Finding]) -> Iterator[tuple[str, bool | None, str]]:
    declared, code = facts.declaration, facts.code
    owner = facts.owners.get(facts.context)
    yield "an owner is named in the map", bool(owner), owner or "add `owner`"
    yield (
        "it has a door",
        bool(declared.facade and declared.implementation),
        declared.facade or "add `facade`",
    )
    yield (
        "the map says whom it calls",
        declared.says_calls,
        "as declared" if declared.says_calls else "add `calls`; an empty list means nobody",
    )
    yield "nothing blocks", not blockers, counted(len(blockers), "blocker")
    yield (
        "no call between contexts inside a transaction",
        not facts.held_calls,
        counted(len(facts.held_calls), "call"),
    )
    yield "it has tests that can move", bool(code.test_files), counted(code.test_files, "file") + " of tests"
    yield "the database was asked", not facts.database.problem, facts.database.problem or "it answered"
    if facts.database.version:
        number = int(facts.database.version.partition(".")[0])
        yield "the server is PostgreSQL 15 or newer", number >= _OLDEST_SERVER, facts.database.version
    yield (
        "other contexts' tests do without its models",
        not facts.dependents or not _tests_elsewhere(facts),
        counted(_tests_elsewhere(facts), "module"),
    )


def _asked(facts: Facts) -> Iterator[tuple[str, bool | None, str]]:
    names = _names(facts)
    if names["file field"]:
        yield "both sides reach its files", None, counted(len(names["file field"]), "file field")
    if names["session key"] or names["use of SECRET_KEY"]:
        found = sorted(names["session key"] | names["use of SECRET_KEY"])
        yield "sessions and signed values go on being understood", None, ", ".join(found)
    if shared := {item.name for item in facts.dependents if item.kind == "cache key elsewhere"}:
        yield "no other context reads its cache keys", False, ", ".join(sorted(shared))
    yield "somebody is on call for the service", None, "ask the owner"
    yield "a rehearsal has run", None, f"boundaries extract {facts.context} rehearse"


def _tests_elsewhere(facts: Facts) -> int:
    return sum(item.kind in ("test module elsewhere", "factory elsewhere") for item in facts.dependents)


def _names(facts: Facts) -> dict[str, set[str]]:
    kinds = ("task", "setting", "file field", "cache key", "session key", "use of SECRET_KEY")
    return {kind: {item.name for item in facts.items if item.kind == kind} for kind in kinds}
