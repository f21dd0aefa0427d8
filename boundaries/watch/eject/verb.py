"""The verb `eject`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from boundaries.cli import DONE, Verb, print_json
from boundaries.contexts.map import ContextMap, load_map
from boundaries.errors import BoundaryError


class EjectNotConfirmed(BoundaryError):
    """Raised when the kit's tables should be dropped, or doors rewritten, and nobody has said yes."""

    code = "BD872"
    problem = "Tables that would be dropped with their rows: {tables}; doors that would be rewritten: {doors}. That was not confirmed."
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
    context_map = load_map(options.config)
    done: dict[str, list[str]] = {"turned": [], "removed": [], "written": []}
    if not options.dry_run:
        done |= _carry_out(context_map, is_confirmed=options.yes)
    facts = _facts(context_map, options) | done
    if options.format == "json":
        print_json(facts)
    else:
        print("\n".join(_lines(facts)))
    return DONE


def _carry_out(context_map: ContextMap, *, is_confirmed: bool) -> dict[str, list[str]]:
    """Turn the facades, then take out the rooms that are free; what was done.

    :raises EjectNotConfirmed: or what `obstacle` and `require_clean` refuse; nothing has been changed.
    """
    from django.apps import apps

    from boundaries.strangler.leave.working_tree import require_clean
    from boundaries.watch.eject import door, obstacle, removal
    from boundaries.watch.eject.inventory import take_inventory
    from boundaries.watch.eject.table import tables_of

    doors = [found for found in door.find_doors(context_map) if found.can_turn]
    going = removal.removable(take_inventory(context_map))
    if not doors and not going:
        return {}
    if apps.ready:
        obstacle.require_none()
    if not is_confirmed:
        tables = sum(len(tables_of(room.name)) for room in going)
        raise EjectNotConfirmed(tables=tables, doors=len(doors))
    require_clean(context_map.root, "the kit")
    written = [*door.turn_all(doors), *removal.take_out(context_map, going)]
    return {
        "turned": [found.context.name for found in doors],
        "removed": [room.name for room in going],
        "written": [path.relative_to(context_map.root).as_posix() for path in dict.fromkeys(written)],
    }


def _facts(context_map: ContextMap, options: argparse.Namespace) -> dict[str, Any]:
    """What is still there."""
    from django.apps import apps

    from boundaries.watch.eject import obstacle, removal
    from boundaries.watch.eject.door import find_doors
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
        "doors": [
            {
                "context": door.context.name,
                "path": door.path.relative_to(context_map.root).as_posix(),
                "keyed": [str(use) for use in door.keyed],
            }
            for door in find_doors(context_map)
        ],
        "last": removal.last_words(context_map),
    }  # fmt: skip


def _lines(facts: dict[str, Any]) -> Iterator[str]:
    for verb in ("turned", "removed", "written"):
        if facts[verb]:
            yield f"{verb} {', '.join(facts[verb])}"
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
    for door in facts["doors"]:
        yield f"The facade of {door['context']} ({door['path']}) can be plain functions{', but for:' if door['keyed'] else ''}"
        yield from (f"     by hand: {use}: a plain function takes no key" for use in door["keyed"])
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
