"""The verb `eject`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from boundaries.cli import DONE, Verb, print_json
from boundaries.contexts.map import ContextMap, load_map
from boundaries.errors import BoundaryError


class EjectNotConfirmed(BoundaryError):
    """Raised when the kit's tables should be dropped and nobody has said yes."""

    code = "BD872"
    problem = "{count} with the rows in them would be dropped, and that was not confirmed."
    remedy = "Look at `boundaries eject --dry-run`, then add `--yes`."


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dry-run", action="store_true", help="say what is in use, and in which order it can go"
    )
    parser.add_argument("--yes", action="store_true", help="drop the tables of what goes")


def _needs_django(options: argparse.Namespace) -> bool:
    """Where nothing of the kit is installed, there are no tables and nothing is under way."""
    from boundaries.watch.eject.inventory import take_inventory

    return any(room.entries or room.mentions for room in take_inventory(load_map(options.config)))


def _run(options: argparse.Namespace) -> int:
    from boundaries.strangler.leave.departure import require_clean
    from boundaries.watch.eject import obstacle, removal
    from boundaries.watch.eject.inventory import take_inventory
    from boundaries.watch.eject.table import tables_of

    context_map = load_map(options.config)
    rooms = take_inventory(context_map)
    going = removal.removable(rooms)
    written: list[str] = []
    if not options.dry_run and going:
        obstacle.require_none()
        tables = sum(len(tables_of(room.name)) for room in going)
        if tables and not options.yes:
            raise EjectNotConfirmed(count=f"{tables} tables")
        require_clean(context_map.root, "the kit")
        written = [
            path.relative_to(context_map.root).as_posix() for path in removal.take_out(context_map, going)
        ]
    facts = _facts(context_map, options) | {
        "removed": [room.name for room in going] if written else [],
        "written": written,
    }
    if options.format == "json":
        print_json(facts)
    else:
        print("\n".join(_lines(facts)))
    return DONE


def _facts(context_map: ContextMap, options: argparse.Namespace) -> dict[str, Any]:
    """What is still there."""
    from django.apps import apps

    from boundaries.watch.eject import obstacle, removal
    from boundaries.watch.eject.inventory import take_inventory
    from boundaries.watch.eject.table import tables_of

    rooms = take_inventory(context_map)
    going = {room.name for room in removal.removable(rooms)}
    may_ask = apps.ready and options.dry_run
    obstacles = obstacle.find_obstacles() if may_ask else []
    is_silent = any(isinstance(error, obstacle.DatabaseSilent) for error in obstacles)
    return {
        "obstacles": [error.render() for error in obstacles],
        "rooms": [
            {
                "room": room.name,
                "can_go": room.name in going,
                "entries": [str(use) for use in room.entries],
                "tables": [{"table": table.name, "rows": table.rows} for table in tables_of(room.name)] if may_ask and not is_silent else [],
                "by_hand": list(removal.by_hand(room)),
            }
            for room in rooms
            if room.is_used
        ],
        "last": removal.last_words(context_map),
    }  # fmt: skip


def _lines(facts: dict[str, Any]) -> Iterator[str]:
    if facts["removed"]:
        yield f"removed {', '.join(facts['removed'])}; written {', '.join(facts['written'])}"
    for obstacle in facts["obstacles"]:
        yield f"not yet: {obstacle}"
    for number, room in enumerate(facts["rooms"], start=1):
        verdict = "can go now" if room["can_go"] else "waits" if not room["by_hand"] else "is used by code"
        yield f"{number}. {room['room']} {verdict}"
        yield from (f"     drops {table['table']} ({table['rows']:,} rows)" for table in room["tables"])
        yield from (
            f"     {'deletes' if room['can_go'] else 'then deletes'} the line {entry}"
            for entry in room["entries"]
        )
        yield from (f"     by hand: {line}" for line in room["by_hand"])
    yield "Last:" if facts["rooms"] else "No code uses the kit. Last:"
    yield from (f"     {line}" for line in facts["last"])


EJECT = Verb(
    name="eject",
    help="take the kit out of the project again, piece by piece",
    configure=_configure,
    run=_run,
    needs_django=_needs_django,
    epilog="Refused while a context is on its way, or messages are undelivered.",
)
