"""What does `boundaries owners` print and write?"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from boundaries.cli import DONE, FOUND, print_json
from boundaries.contexts.codeowners import CodeOwners, read_codeowners
from boundaries.contexts.map import ContextMap, load_map
from boundaries.contexts.owner import Ownership, codeowners_lines, compare_owners, with_block
from boundaries.enforcement.source.tree import find_sources

_NEW_FILE = ".github/CODEOWNERS"


def run_owners(options: argparse.Namespace) -> int:
    """Compare the owners of the map with CODEOWNERS, or write them there."""
    context_map = load_map(options.config)
    code_owners = read_codeowners(context_map.root)
    if options.write:
        written = _write(context_map, code_owners)
        print(f"Written: {written}", file=sys.stderr)
        code_owners = read_codeowners(context_map.root)
    ownerships = compare_owners(context_map, code_owners, _files(context_map))
    if options.format == "codeowners":
        print("\n".join(codeowners_lines(context_map, code_owners)))
        return DONE
    if options.format == "json":
        path = str(code_owners.path) if code_owners.path else None
        contexts = [ownership.as_dict() for ownership in ownerships]
        print_json({"schema": 1, "codeowners": path, "contexts": contexts})
    else:
        print("\n".join(_lines(ownerships, code_owners)))
    return FOUND if any(ownership.faults for ownership in ownerships) else DONE


def configure_owners(parser: argparse.ArgumentParser) -> None:
    """Add the options of writing."""
    parser.add_argument(
        "--write",
        action="store_true",
        help=f"write the owners into CODEOWNERS ({_NEW_FILE} if there is none)",
    )


def _files(context_map: ContextMap) -> Iterator[tuple[str, Path]]:
    for file in find_sources(context_map):
        owner = context_map.context_of_module(file.module)
        if owner is not None:
            yield owner, Path(file.path)


def _lines(ownerships: Sequence[Ownership], code_owners: CodeOwners) -> Iterator[str]:
    width = max((len(ownership.name) for ownership in ownerships), default=0)
    for ownership in ownerships:
        owner = ownership.owner or "-"
        handles = [handle for handle in ownership.handles if handle != owner]
        shown = f"{owner} ({' '.join(handles)})" if handles else owner
        yield f"{ownership.name:{width}}  {shown}, {ownership.files} files"
        yield from (f"{'':{width}}  {kind}: {what}" for kind, what in ownership.faults)
    wrong = sum(bool(ownership.faults) for ownership in ownerships)
    if code_owners.path is None:
        yield "There is no CODEOWNERS file; `boundaries owners --write` makes one."
    yield (
        f"{wrong} of {len(ownerships)} contexts have no clear owner."
        if wrong
        else "Every context has one owner."
    )


def _write(context_map: ContextMap, code_owners: CodeOwners) -> Path:
    block = codeowners_lines(context_map, code_owners)
    path = code_owners.path or code_owners.folder / _NEW_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    text = path.read_bytes().decode() if code_owners.path else ""
    path.write_bytes(with_block(text, block).encode())
    return path
