"""How is a first door asked for on the command line?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from boundaries.cli import DONE, Verb, print_json
from boundaries.contexts.map import ContextMap, load_map
from boundaries.enforcement.cache_option import cache_folder, configure_cache
from boundaries.errors import BoundaryError

if TYPE_CHECKING:
    from boundaries.enforcement.door.proposal import Proposal


class DoorExists(BoundaryError):
    """Raised when a first door is to be written where one is."""

    code = "BD248"
    problem = "{path} exists already; a proposal is never written over code."
    remedy = "Leave --write out to see what callers still need, and add that by hand."


def run_facade(options: argparse.Namespace) -> int:
    """Propose a door; write it if asked to."""
    from boundaries.enforcement.door.proposal import propose
    from boundaries.enforcement.door.text import render

    context_map = load_map(options.config)
    context = context_map.context(options.context)
    proposal = propose(context_map, context, cache_folder=cache_folder(options))
    written = _write(context_map, proposal) if options.write else []
    if options.format == "json":
        print_json(proposal.as_dict() | {"written": written})
        return DONE
    print(render(proposal))
    if written:
        print("\n".join(["", *(f"written: {path}" for path in written), *_map_lines(proposal)]))
    return DONE


def _write(context_map: ContextMap, proposal: Proposal) -> list[str]:
    """Write the files, and return their paths.

    :raises DoorExists: before anything is written.
    """
    from boundaries.enforcement.door.code import write_door

    package = proposal.context.packages[0]
    folder = context_map.root.joinpath(*package.split("."))
    files = {folder / path: text for path, text in write_door(proposal).items()}
    for path in (folder / "public.py", *files):
        if path.exists():
            raise DoorExists(path=context_map.shown(path))
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [context_map.shown(path) for path in files]


def _map_lines(proposal: Proposal) -> list[str]:
    from boundaries.enforcement.door.code import class_name

    name, package = class_name(proposal), proposal.context.packages[0]
    return [
        f"Say in the map, under [contexts.{proposal.context.name}]:",
        f'    facade = "{package}.public:{name}"',
        f'    implementation = "{package}.local:Local{name}"',
    ]


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("context", metavar="CONTEXT", help="the context whose door is wanted")
    parser.add_argument(
        "--propose",
        action="store_true",
        required=True,
        help="say which operations would serve those who use its inside today",
    )
    parser.add_argument(
        "--write", action="store_true", help="write them as public/ and local.py, where neither exists"
    )
    configure_cache(parser)


FACADE = Verb(
    "facade",
    "Propose the door of a context, from how the others use its inside.",
    run_facade,
    _configure,
)
