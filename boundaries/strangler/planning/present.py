"""How is a plan asked for and shown where nothing of the kit is installed?"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from typing import Any

from boundaries.cli import DONE, print_json
from boundaries.contexts.map import load_map
from boundaries.enforcement.source.cache import default_folder
from boundaries.strangler.planning.from_source import gather_from_source
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
    if options.format == "json":
        print_json(_as_run(plan, started, time.monotonic() - clock))
    else:
        print(render_plan(plan, details=options.details))
    return DONE


def _as_run(plan: dict[str, Any], started: datetime, seconds: float) -> dict[str, Any]:
    """The same shape as any step's, so that a reader need not know how the plan was made."""
    return {
        "context": plan["context"], "step": "plan", "result": "ok", "seconds": round(seconds, 3),
        "started_at": started.isoformat(), "finished_at": datetime.now(UTC).isoformat(),
        "gates": [], "figures": plan,
    }  # fmt: skip
