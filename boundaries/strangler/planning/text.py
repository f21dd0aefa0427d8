"""How does a plan read on a terminal?"""

from __future__ import annotations

import textwrap
from typing import Any

from boundaries.enforcement.wording import counted, few

_SHOWN_PLACES = 2
_SHOWN_NOTICES = 4
_SHOWN_CONTEXTS = 8
_WIDTH = 110
_SHOWN_TABLES = 5


def render_plan(plan: dict[str, Any], *, details: bool = False) -> str:
    """The plan as text for a terminal: one screen, or with `details` every place and every table."""
    sections = (
        _headline(plan, details=details),
        _progress(plan),
        _blockers(plan, details=details),
        _tables(plan, details=details),
        _code(plan),
        [
            *_neighbours(plan, details=details),
            *_items("Moves with it", plan["moves"], details=details),
            *_items("Stays, and depends on it", plan["dependents"], details=details),
        ],
        _transactions(plan, details=details),
        _touched_by(plan, details=details),
        _notices(plan, details=details),
        _bill(plan) if details else [],
        _readiness(plan, details=details),
        [*_time(plan), *_effort(plan, details=details)],
        _todo(plan),
    )
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _headline(plan: dict[str, Any], *, details: bool) -> list[str]:
    number = len(plan["blockers"])
    verdict = "nothing blocks" if not number else f"{number} blocker{'s' if number > 1 else ''}"
    lines = [f"Plan for {plan['context']}: {verdict}."]
    if plan["evidence"] == "source":
        lines.append("Told by the source alone; what only a running Django knows is not in it.")
    if number and not details:
        lines.append(
            f"Every place, with what to do there: boundaries extract {plan['context']} plan --details"
        )
    return lines


def _progress(plan: dict[str, Any]) -> list[str]:
    progress = plan.get("progress")
    if progress is None:
        return []
    if progress["since"] is None:
        return ["No plan was made here before: there is nothing to compare with."]
    lines = [f"Since {progress['since']}: {progress['before']} blockers then, {progress['now']} now."]
    for sign, rows in (("-", progress["gone"]), ("+", progress["new"])):
        lines += [
            f"  {sign} {row['code']} {row['path']}{': ' if row['path'] else ''}{row['what']}" for row in rows
        ]
    return lines


def _blockers(plan: dict[str, Any], *, details: bool) -> list[str]:
    """By kind, in the order in which they are best removed."""
    lines: list[str] = []
    for kind in plan["kinds"]:
        fix = f"; `{kind['fix']}` does a part" if kind["fix"] else ""
        lines.append(f"{kind['code']} {kind['what']}: {counted(kind['count'], 'place')}{fix}")
        cases = [blocker for blocker in plan["blockers"] if blocker["code"] == kind["code"]]
        for blocker in cases if details else _shown(cases):
            place = f"{blocker['path']}:{blocker['line']}: " if blocker["path"] else ""
            lines.append(f"  {place}{blocker['what']}.")
            lines += [f"      {blocker['remedy']}"] if details else []
        if not details and (hidden := len(cases) - len(_shown(cases))):
            lines[-1] += f" And {hidden:,} more."
    return lines


def _shown(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One example stands for many; a second one is shown rather than counted."""
    return cases if len(cases) <= _SHOWN_PLACES else cases[:1]


def _tables(plan: dict[str, Any], *, details: bool) -> list[str]:
    tables = plan["tables"]
    if not tables:
        return ["Tables: none."]
    if all(table["rows"] is None for table in tables) and not details:
        told = few([table["table"] for table in tables], most=_SHOWN_TABLES)
        return textwrap.wrap(f"Tables ({len(tables)}): {told}.", _WIDTH, subsequent_indent="  ")
    width = max(len(table["table"]) for table in tables)
    lines = [f"Tables ({len(tables)}, {_number(plan['rows'])} rows, {_size(plan['bytes'])}):"]
    largest = sorted(tables, key=lambda table: -(table["bytes"] or 0))[:_SHOWN_TABLES]
    for table in tables if details else [table for table in tables if table in largest]:
        is_known = table["rows"] is not None
        figures = (
            f"{_number(table['rows']):>12} rows {_size(table['bytes']):>10}" if is_known else "not counted"
        )
        condition = f"  where {table['where']}" if table["where"] else ""
        lines.append(f"  {table['table']:<{width}} {figures}{condition}")
    if (hidden := len(tables) + 1 - len(lines)) > 0:
        lines.append(f"  … and {counted(hidden, 'smaller one')}")
    return lines


def _code(plan: dict[str, Any]) -> list[str]:
    code = plan["code"]
    size = f"{code['files']} files, {_number(code['lines'])} lines; {code['test_files']} files of tests"
    lines = [f"Code: {', '.join(code['packages'])} ({size})."]
    if code["borrowed"]:
        doors = sorted({module for module in code["borrowed"] if not _is_inside(module, code["borrowed"])})
        lines.append(f"  with copies of {', '.join(doors)}")
    return lines


def _is_inside(module: str, others: list[str]) -> bool:
    return any(module.startswith(f"{other}.") for other in others)


def _neighbours(plan: dict[str, Any], *, details: bool) -> list[str]:
    """Who is tied to it, in how many places, in which direction; those with the most ties first."""
    lines = []
    for direction, verb in (("incoming", "Used by"), ("outgoing", "Uses")):
        ties = plan["references"][direction]
        ranked = sorted(ties, key=lambda other: -sum(ties[other].values()))
        if details and ranked:
            lines.append(f"{verb}:")
            for other in ranked:
                kinds = ", ".join(f"{kind} {number:,}" for kind, number in ties[other].items())
                lines.append(f"  {other}: {kinds}")
        elif ranked:
            told = few([f"{other} ({sum(ties[other].values())})" for other in ranked], most=_SHOWN_CONTEXTS)
            lines += textwrap.wrap(f"{verb}: {told}.", _WIDTH, subsequent_indent="  ")
    return lines


def _items(title: str, kinds: dict[str, list[dict[str, Any]]], *, details: bool) -> list[str]:
    if not kinds:
        return []
    if not details:
        told = ", ".join(_counted(kind, len({row["name"] for row in rows})) for kind, rows in kinds.items())
        return textwrap.wrap(f"{title}: {told}.", _WIDTH, subsequent_indent="  ")
    lines = [f"{title}:"]
    for kind, rows in kinds.items():
        lines += [
            f"  {kind}: {row['name']}" + (f" ({row['path']}:{row['line']})" if row["path"] else "")
            for row in rows
        ]
    return lines


def _counted(kind: str, number: int) -> str:
    """`2 uses of SECRET_KEY`: the first noun is the one that is counted."""
    noun, of, last = kind.removesuffix(" elsewhere").partition(" of ")
    return f"{counted(number, noun)}{of}{last}"


def _transactions(plan: dict[str, Any], *, details: bool) -> list[str]:
    calls = plan["transactions"]
    if not calls:
        return []
    lines = [
        f"Calls inside transactions ({len(calls)}): after the move each would hold one open over the network."
    ]
    shown = calls if details else _shown(calls)
    lines += [
        f"  {call['path']}:{call['line']}: {call['name']}, from {call['source_context']}" for call in shown
    ]
    if hidden := len(calls) - len(shown):
        lines[-1] += f", and {hidden:,} more"
    return lines


def _touched_by(plan: dict[str, Any], *, details: bool) -> list[str]:
    """Who touches the tables beside this code, as the database knows it."""
    found = plan["neighbours"]
    if details:
        rows = [
            f"  {one['kind']} {one['name']}" + (f": {one['detail']}" if one["detail"] else "")
            for one in found
        ]
        return ["Who else touches these tables:", *rows] if rows else []
    kinds: dict[str, list[str]] = {}
    for one in found:
        kinds.setdefault(one["kind"], []).append(one["name"])
    told = "; ".join(
        f"{counted(len(set(names)), kind)}: {few(list(dict.fromkeys(names)), most=4)}"
        for kind, names in kinds.items()
    )
    return (
        textwrap.wrap(f"Who else touches these tables: {told}.", _WIDTH, subsequent_indent="  ")
        if told
        else []
    )


def _bill(plan: dict[str, Any]) -> list[str]:
    return ["The bill, once more of:", *(f"  {row['what']}: {row['figure']}" for row in plan["bill"])]


def _readiness(plan: dict[str, Any], *, details: bool) -> list[str]:
    """On one screen only what is missing; people are asked for the rest."""
    rows = plan["readiness"]
    told = f"Ready: {sum(row['ready'] is True for row in rows)} of {len(rows)}."
    if details:
        marks = {True: "✓", False: "✗", None: "?"}
        return [told, *(f"  {marks[row['ready']]} {row['what']}: {row['why']}" for row in rows)]
    missing = [row["what"] for row in rows if row["ready"] is False]
    told += f" Not yet: {'; '.join(missing)}." if missing else ""
    return textwrap.wrap(told, _WIDTH, subsequent_indent="  ")


def _effort(plan: dict[str, Any], *, details: bool) -> list[str]:
    effort = plan["effort"]
    owners = effort["owners"]
    number = "one owner" if len(owners) == 1 else f"{len(owners)} owners"
    asked = (
        f"; {number} must agree: {few(owners, most=len(owners) if details else _SHOWN_CONTEXTS)}"
        if owners
        else ""
    )
    told = f"Effort: {effort['low_days']:,.0f} to {effort['high_days']:,.0f} days{asked}. {effort['note']}"
    lines = textwrap.wrap(told, _WIDTH, subsequent_indent="  ")
    if details:
        lines += [
            f"  {part['what']} ({part['number']}): {part['low_hours']:g} to {part['high_hours']:g} hours"
            for part in effort["parts"]
        ]
    return lines


def _notices(plan: dict[str, Any], *, details: bool) -> list[str]:
    notices = plan["notices"]
    shown = notices if details else notices[:_SHOWN_NOTICES]
    lines = [
        line
        for notice in shown
        for line in textwrap.wrap(notice, _WIDTH, initial_indent="  ", subsequent_indent="    ")
    ]
    if len(notices) > len(shown):
        lines.append(f"  … and {len(notices) - len(shown)} more")
    return ["Good to know:", *lines] if lines else []


def _time(plan: dict[str, Any]) -> list[str]:
    if all(table["rows"] is None for table in plan["tables"]):
        return ["Time to copy and compare: not known, since no table was counted."]
    figures = plan["estimate"]
    replicate, verify = _duration(figures["replicate_seconds"]), _duration(figures["verify_seconds"])
    return [f"Time: replicate about {replicate}, verify about {verify}. {figures['note']}"]


def _todo(plan: dict[str, Any]) -> list[str]:
    """What the list of kinds does not say already."""
    if plan["blockers"]:
        return [f"Next: {plan['todo'][0]}"]
    return ["To do:", *(f"  {number}. {line}" for number, line in enumerate(plan["todo"], start=1))]


def _number(value: int) -> str:
    return f"{value:,}"


def _size(value: int) -> str:
    size = float(value)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"
