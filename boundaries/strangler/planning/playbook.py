"""What is to be done for this context, as a page of check boxes that a team keeps beside its code?

Written again from a newer plan, a box that was ticked stays ticked as long as its line is still there; lines are
recognised without their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from boundaries.enforcement.wording import counted
from boundaries.errors import BoundaryError

_BOX = re.compile(r"^- \[(?P<tick>[ xX])\] (?P<text>.*)$", re.MULTILINE)
_LINE_NUMBER = re.compile(r":\d+`")

# The journey, with what makes each step hard to take back. A test holds it against the steps themselves.
STEPS = (
    ("scaffold", "write the service's code", "delete the folder"),
    ("provision", "create its database and compare the schemas", "drop the database"),
    ("replicate", "copy every row, then follow", "abort"),
    ("verify", "compare every row", "it only reads"),
    ("shadow", "ask the service every query too, and compare", "rollback"),
    ("switch-reads", "let the service answer, a share of the callers at a time", "rollback"),
    ("switch-writes", "hand over the writes", "rollback"),
    ("complete", "take tables and code out of the monolith", "none: this is the point of no return"),
)


class NotAPlaybook(BoundaryError):
    """Raised when a playbook is to be written over a file that is none of this context."""

    code = "BD802"
    problem = "{path} exists and is no playbook of {context}."
    remedy = "Name another file, or remove this one."


def write_playbook(plan: dict[str, Any], path: Path) -> None:
    """Write the page, or renew it.

    :raises NotAPlaybook: when the file is something else.
    """
    before = path.read_text(encoding="utf-8") if path.exists() else None
    if before is not None and not before.startswith(_title(plan)):
        raise NotAPlaybook(path=str(path), context=plan["context"])
    path.write_text(render_playbook(plan, before=before or ""), encoding="utf-8")


def render_playbook(plan: dict[str, Any], *, before: str = "") -> str:
    """The page as Markdown; boxes that `before` has ticked are ticked."""
    ticked = {_known_by(found["text"]) for found in _BOX.finditer(before) if found["tick"] != " "}
    lines = [
        _title(plan),
        "",
        f"Written by `boundaries extract {plan['context']} plan --playbook FILE`. Run it again to renew the page: boxes",
        "that you have ticked stay ticked while their line is there.",
    ]
    for section in (_agree, _untie, _transactions, _tests, _take_along, _ready, _move, _bill):
        lines += ["", *section(plan)]
    return _BOX.sub(lambda box: _ticked(box, ticked), "\n".join(lines)) + "\n"


def _ticked(box: re.Match[str], ticked: set[str]) -> str:
    mark = "x" if box["tick"] != " " or _known_by(box["text"]) in ticked else " "
    return f"- [{mark}] {box['text']}"


def _known_by(text: str) -> str:
    return _LINE_NUMBER.sub("`", text)


def _title(plan: dict[str, Any]) -> str:
    return f"# Playbook: extract {plan['context']}"


def _agree(plan: dict[str, Any]) -> Iterator[str]:
    yield "## Agree"
    yield ""
    effort = plan["effort"]
    yield f"{effort['low_days']:.0f} to {effort['high_days']:.0f} working days. {effort['note']}"
    yield ""
    yield from (f"- [ ] {owner} agrees" for owner in effort["owners"])
    yield "- [ ] Somebody has the last word on whether to begin"


def _untie(plan: dict[str, Any]) -> Iterator[str]:
    yield "## Untie"
    if not plan["kinds"]:
        yield ""
        yield "Nothing blocks."
    for kind in plan["kinds"]:
        yield ""
        yield f"### {kind['code']}: {kind['what']} ({counted(kind['count'], 'place')})"
        yield ""
        if kind["fix"]:
            yield f"`{kind['fix']}` does a part of it."
            yield ""
        for blocker in plan["blockers"]:
            if blocker["code"] == kind["code"]:
                place = f"`{blocker['path']}:{blocker['line']}` " if blocker["path"] else ""
                yield f"- [ ] {place}{blocker['what']}. {blocker['remedy']}"


def _transactions(plan: dict[str, Any]) -> Iterator[str]:
    yield "## Take calls out of transactions"
    yield ""
    if not plan["transactions"]:
        yield "No call between contexts was seen inside a transaction."
    for call in plan["transactions"]:
        yield f"- [ ] `{call['path']}:{call['line']}` {call['name']}: a saga, an event, or after the commit"


def _tests(plan: dict[str, Any]) -> Iterator[str]:
    yield "## Free those who stay"
    yield ""
    if not plan["dependents"]:
        yield "Nobody else's tests, fixtures, permissions or cache keys mean it."
    for kind, rows in plan["dependents"].items():
        yield from (
            f"- [ ] `{row['path']}:{row['line']}` {kind.removesuffix(' elsewhere')}: {row['name']}"
            for row in rows
        )


def _take_along(plan: dict[str, Any]) -> Iterator[str]:
    yield "## Take along"
    yield ""
    known = plan["rows"] or plan["bytes"]
    yield f"- [ ] {counted(len(plan['tables']), 'table')}" + (f", {plan['rows']:,} rows" if known else "")
    yield f"- [ ] {counted(plan['code']['files'], 'file')} of code, {counted(plan['code']['test_files'], 'file')} of tests"
    for kind, rows in plan["moves"].items():
        names = list(dict.fromkeys(row["name"] for row in rows))
        yield f"- [ ] {kind}: {', '.join(f'`{name}`' for name in names)}"
    for found in plan["neighbours"]:
        yield f"- [ ] {found['kind']} `{found['name']}`: {found['detail'] or 'reads these tables'}; what will it do after the move?"


def _ready(plan: dict[str, Any]) -> Iterator[str]:
    yield "## Ready"
    yield ""
    for row in plan["readiness"]:
        yield f"- [{'x' if row['ready'] else ' '}] {row['what']}"


def _move(plan: dict[str, Any]) -> Iterator[str]:
    yield "## Move"
    yield ""
    yield "After each step: how to go back."
    yield ""
    for step, what, way_back in STEPS:
        yield f"- [ ] `boundaries extract {plan['context']} {step}`: {what} (back: {way_back})"


def _bill(plan: dict[str, Any]) -> Iterator[str]:
    yield "## The bill, once more of"
    yield ""
    yield from (f"- {row['what']}: {row['figure']}" for row in plan["bill"])
