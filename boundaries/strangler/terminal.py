"""How do the steps look on a terminal?"""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import urlsplit

from boundaries.cli import DONE, print_json
from boundaries.contexts.map import current_map
from boundaries.strangler import bake_text, figure_text
from boundaries.strangler.models import StepRun
from boundaries.strangler.operation import find_step
from boundaries.strangler.step import Rendered

_WIDTH = 100


class Line:
    """Shows progress in one line that is rewritten; on something that is no terminal, a line per phase."""

    def __init__(self) -> None:
        self._phase = ""

    def __call__(self, figures: dict[str, Any]) -> None:
        """Receive one report of `Progress`."""
        if sys.stderr.isatty():
            end = "\r" if figures.get("done") != figures.get("total") or "done" not in figures else "\n"
            print(_say(figures).ljust(_WIDTH), end=end, file=sys.stderr, flush=True)
        elif figures["phase"] != self._phase:
            print(f"  {figures['phase']} ...", file=sys.stderr, flush=True)
        self._phase = figures["phase"]


def show_status(context: str, *, as_json: bool) -> int:
    """Print where a context stands, and what comes next."""
    from boundaries.strangler.status import status

    facts = status(context)
    if as_json:
        print_json(facts)
        return DONE
    print(f"{context} ({facts['owner_team'] or 'no owner named'})")
    print(
        f"  queries: {facts['queries']}   writes: {facts['writes']}   follower: {_follower(facts['follower'])}\n"
    )
    _show_servers(facts)
    figure_text.show(facts)
    if facts["bake"]:
        print(f"  {bake_text.say(facts['bake'])}\n")
    for step in facts["steps"]:
        mark = "✓" if step["done"] else "→" if step["name"] == facts["next"] else " "
        print(f"  {mark} {step['name']:<14} {step['what']}")
    print()
    _show_next(facts)
    return DONE


def write_map(context: str, *, as_json: bool) -> int:
    """Write the context's state into the map, and say which one it is."""
    from boundaries.strangler.map_state import write_state

    path, state = write_state(current_map().context(context))
    if as_json:
        print_json({"context": context, "state": state, "path": str(path)})
    else:
        print(f'{path.name} says of {context}: state = "{state}"')
    return DONE


def show_run(run: StepRun) -> None:
    """Print how a step went."""
    if "plan" in run.figures:
        print(f"{run.context} {run.step} would:")
        for line in run.figures["plan"]:
            print(f"  - {line}")
        return
    if said := run.figures.get("said"):
        print(f"{run.context} {run.step}: {said}")
        return
    step = find_step(run.step)
    if isinstance(step, Rendered):
        print(step.render(run.figures))
        return
    plain = {
        name: value for name, value in run.figures.items() if isinstance(value, str | int | float | bool)
    }
    figures = ", ".join(f"{name.replace('_', ' ')} {_number(value)}" for name, value in plain.items())
    print(f"{run.context} {run.step}: done in {run.seconds:.1f} s" + (f"  ({figures})" if figures else ""))


def as_json(run: StepRun) -> dict[str, Any]:
    """A run as one JSON object."""
    return {
        "context": run.context, "step": run.step, "result": str(run.result), "seconds": run.seconds,
        "started_at": run.started_at.isoformat(), "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "gates": run.gates, "figures": run.figures,
    }  # fmt: skip


def grants(context: str) -> str:
    """The statements that a DBA runs once."""
    from django.db import connections

    from boundaries.conf import setting
    from boundaries.strangler.grants import dba_script

    service = current_map().context(context).service
    name = urlsplit(service.resolve_database()).path.lstrip("/") if service else context
    monolith = connections[setting("DATABASE")].settings_dict["NAME"]
    return dba_script(monolith=monolith, service=name, context=context)


def _show_servers(facts: dict[str, Any]) -> None:
    if facts["halted"]:
        print(
            f"  HALTED, nobody may write: {facts['halted']}\n  Run: boundaries extract {facts['context']} recover\n"
        )
    if facts["standbys"]:
        print(f"  standbys: {', '.join(f'{side}: {said}' for side, said in facts['standbys'].items())}\n")


def _show_next(facts: dict[str, Any]) -> None:
    context, following = facts["context"], facts["next"]
    if following is None:
        print(f"{context} has left. There is no way back.")
        return
    refused = [gate for gate in facts["gates"] if not gate["passed"]]
    for gate in refused:
        print(f"  not yet: {gate['name']}: {gate['figure']}. {gate['remedy']}")
    confirm = f" --yes={context}" if find_step(following).destructive else ""
    print(f"Next: boundaries extract {context} {following}{confirm}")
    if following == "complete":
        print(f"The service owns the writes. Back: boundaries extract {context} rollback --yes={context}")


def _follower(told: dict[str, Any]) -> str:
    if not told:
        return "never started"
    state = f"error: {told['error']}" if told.get("error") else f"{told.get('lag_rows', 0)} changes behind"
    return f"{state}, heard {told['silent_seconds']:.0f} s ago"


def _say(figures: dict[str, Any]) -> str:
    text = f"  {figures['phase']}"
    if "done" in figures:
        total = f" of {figures['total']:,}" if figures["total"] else ""
        text += f": {figures['done']:,}{total} {figures['unit']}, {figures['per_second']:,}/s"
        if figures["seconds_left"]:
            text += f", {figures['seconds_left']:.0f} s left"
    return text


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
