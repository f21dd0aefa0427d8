"""How is a plan asked for where nothing of the kit is installed, and how is any plan shown, kept and compared?"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from boundaries.cli import DONE, print_json
from boundaries.contexts.map import load_map
from boundaries.enforcement.source.cache import default_folder
from boundaries.strangler.planning.from_source import gather_from_source
from boundaries.strangler.planning.playbook import write_playbook
from boundaries.strangler.planning.progress import compare_with_last, keep_plan
from boundaries.strangler.planning.report import build_plan
from boundaries.strangler.planning.text import render_plan


def plan_from_source(options: argparse.Namespace) -> int:
    """Make a plan of any project and print it; nothing is stored as a step."""
    context_map = load_map(options.config)
    context = context_map.context(options.context)
    started, clock = datetime.now(UTC), time.monotonic()
    facts = gather_from_source(
        context_map, context, cache_folder=default_folder(), record=options.record, database=options.database
    )
    plan = build_plan(facts)
    plan = settle(plan, options, root=context_map.root)
    if options.format == "json":
        print_json(_as_run(plan, started, time.monotonic() - clock))
    else:
        print(render_plan(plan, details=options.details))
    return DONE


def settle(plan: dict[str, Any], options: argparse.Namespace, *, root: Path) -> dict[str, Any]:
    """Write the playbook if one is wanted; compare with the last plan, or else become it.

    With `--diff` the plan gets `progress`, and the last one stays what later ones are compared with.
    """
    if options.playbook:
        write_playbook(plan, options.playbook)
    if options.diff:
        return {**plan, "progress": compare_with_last(plan, root=root, folder=default_folder())}
    keep_plan(plan, root=root, folder=default_folder())
    return plan


def _as_run(plan: dict[str, Any], started: datetime, seconds: float) -> dict[str, Any]:
    """The same shape as any step's, so that a reader need not know how the plan was made."""
    return {
        "context": plan["context"], "step": "plan", "result": "ok", "seconds": round(seconds, 3),
        "started_at": started.isoformat(), "finished_at": datetime.now(UTC).isoformat(),
        "gates": [], "figures": plan,
    }  # fmt: skip
