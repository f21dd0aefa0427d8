"""How does a plan read on a terminal?"""

from __future__ import annotations

from typing import Any


def render_plan(plan: dict[str, Any]) -> str:
    """The plan as text for a terminal."""
    sections = (
        _headline(plan),
        _tables(plan),
        _code(plan),
        _blockers(plan),
        _notices(plan),
        _time(plan),
        _todo(plan),
    )
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _headline(plan: dict[str, Any]) -> list[str]:
    number = len(plan["blockers"])
    verdict = "nothing blocks" if not number else f"{number} blocker{'s' if number > 1 else ''}"
    return [f"Plan for {plan['context']}: {verdict}."]


def _tables(plan: dict[str, Any]) -> list[str]:
    if not plan["tables"]:
        return ["Tables: none."]
    width = max(len(table["table"]) for table in plan["tables"])
    lines = [f"Tables ({len(plan['tables'])}, {_number(plan['rows'])} rows, {_size(plan['bytes'])}):"]
    for table in plan["tables"]:
        figures = (
            "not found"
            if table["rows"] is None
            else f"{_number(table['rows']):>12} rows {_size(table['bytes']):>10}"
        )
        condition = f"  where {table['where']}" if table["where"] else ""
        lines.append(f"  {table['table']:<{width}} {figures}{condition}")
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


def _blockers(plan: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    kind = None
    for blocker in plan["blockers"]:
        if blocker["code"] != kind:
            kind = blocker["code"]
            lines += [*([""] if lines else []), f"{kind} {blocker['kind']}"]
        place = f"{blocker['path']}:{blocker['line']}: " if blocker["path"] else ""
        lines += [f"  {place}{blocker['what']}.", f"      {blocker['remedy']}"]
    return lines


def _notices(plan: dict[str, Any]) -> list[str]:
    return ["Good to know:", *(f"  {notice}" for notice in plan["notices"])] if plan["notices"] else []


def _time(plan: dict[str, Any]) -> list[str]:
    figures = plan["estimate"]
    replicate, verify = _duration(figures["replicate_seconds"]), _duration(figures["verify_seconds"])
    return [f"Time: replicate about {replicate}, verify about {verify}. {figures['note']}"]


def _todo(plan: dict[str, Any]) -> list[str]:
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
