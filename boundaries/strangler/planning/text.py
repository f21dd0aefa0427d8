"""How does a plan read on a terminal?"""

from __future__ import annotations

from typing import Any

_SHOWN_PLACES = 2
_SHOWN_TABLES = 6


def render_plan(plan: dict[str, Any], *, details: bool = False) -> str:
    """The plan as text for a terminal: one screen, or with `details` every place and every table."""
    sections = (
        _headline(plan, details=details),
        _blockers(plan, details=details),
        _tables(plan, details=details),
        _code(plan),
        _notices(plan),
        _time(plan),
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


def _blockers(plan: dict[str, Any], *, details: bool) -> list[str]:
    """By kind, in the order in which they are best removed."""
    lines: list[str] = []
    for kind in plan["kinds"]:
        fix = f"; `{kind['fix']}` does a part" if kind["fix"] else ""
        lines.append(f"{kind['code']} {kind['what']}: {_places(kind['count'])}{fix}")
        cases = [blocker for blocker in plan["blockers"] if blocker["code"] == kind["code"]]
        for blocker in cases if details else cases[:_SHOWN_PLACES]:
            place = f"{blocker['path']}:{blocker['line']}: " if blocker["path"] else ""
            lines.append(f"  {place}{blocker['what']}.")
            lines += [f"      {blocker['remedy']}"] if details else []
        if not details and len(cases) > _SHOWN_PLACES:
            lines.append(f"  … and {len(cases) - _SHOWN_PLACES} more")
    return lines


def _places(number: int) -> str:
    return "1 place" if number == 1 else f"{number} places"


def _tables(plan: dict[str, Any], *, details: bool) -> list[str]:
    if not plan["tables"]:
        return ["Tables: none."]
    width = max(len(table["table"]) for table in plan["tables"])
    known = any(table["rows"] is not None for table in plan["tables"])
    total = f", {_number(plan['rows'])} rows, {_size(plan['bytes'])}" if known else ""
    lines = [f"Tables ({len(plan['tables'])}{total}):"]
    largest = sorted(plan["tables"], key=lambda table: -(table["bytes"] or 0))[:_SHOWN_TABLES]
    for table in plan["tables"] if details else [table for table in plan["tables"] if table in largest]:
        figures = (
            ("not found" if known else "")
            if table["rows"] is None
            else f"{_number(table['rows']):>12} rows {_size(table['bytes']):>10}"
        )
        condition = f"  where {table['where']}" if table["where"] else ""
        lines.append(f"  {table['table']:<{width}} {figures}{condition}".rstrip())
    if (hidden := len(plan["tables"]) + 1 - len(lines)) > 0:
        lines.append(f"  … and {hidden} smaller ones")
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


def _notices(plan: dict[str, Any]) -> list[str]:
    return ["Good to know:", *(f"  {notice}" for notice in plan["notices"])] if plan["notices"] else []


def _time(plan: dict[str, Any]) -> list[str]:
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
