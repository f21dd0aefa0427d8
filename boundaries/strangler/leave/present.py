"""How does the code side of `complete` look on a terminal?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from boundaries.cli import DONE, print_json
from boundaries.contexts.map import current_map
from boundaries.strangler.leave.departure import Departure, carry_out, plan_departure
from boundaries.strangler.leave.purge import write_purge


def take_out(options: argparse.Namespace) -> int:
    """Take a context's code out of the working tree, or only say how, with `dry_run`; asks no database."""
    context_map = current_map()
    context = context_map.context(options.context)
    departure = plan_departure(context_map, context)
    if not options.dry_run:
        carry_out(context_map, departure)
    facts = as_facts(departure, context_map.root, is_done=not options.dry_run)
    if options.format == "json":
        print_json(facts)
    else:
        print("\n".join(_lines(facts)))
    return DONE


def purge(options: argparse.Namespace) -> int:
    """Write the purge-migration, if the retention time is over."""
    context_map = current_map()
    written = [
        migration.path.relative_to(context_map.root).as_posix() for migration in write_purge(options.context)
    ]
    if options.format == "json":
        print_json({"context": options.context, "written": written})
    else:
        print("\n".join(f"written {path}" for path in written) or "Nothing to do: it is written.")
    return DONE


def as_facts(departure: Departure, root: Path, *, is_done: bool) -> dict[str, Any]:
    """What was done or would be, with paths relative to the project's root."""

    def shown(path: Path) -> str:
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)

    return {
        "context": departure.context,
        "done": is_done,
        "written": sorted(shown(path) for path in departure.written),
        "deleted": sorted(shown(path) for path in departure.deleted),
        "leftovers": [
            {"path": found.path, "line": found.line, "what": found.what, "breaks": found.breaks}
            for found in departure.leftovers
        ],
    }


def _lines(facts: dict[str, Any]) -> Iterator[str]:
    done = facts["done"]
    for verb, action in (("written", "write"), ("deleted", "delete")):
        for path in facts[verb]:
            yield f"{verb if done else action} {path}"
    for found in facts["leftovers"]:
        yield f"{'in the way' if found['breaks'] else 'left over'}: {found['path']}:{found['line']} {found['what']}"
    if not facts["written"] and not facts["deleted"]:
        yield "Nothing to do: the code has left."
    elif done:
        yield f"Look at `git diff`, commit it, and deploy it after `boundaries extract {facts['context']} complete`."
