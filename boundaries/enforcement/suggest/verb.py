"""How is a suggestion asked for on the command line?"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from boundaries.cli import DONE, Verb, print_json
from boundaries.contexts.map import load_map
from boundaries.contexts.source import MapNotFound
from boundaries.enforcement.cache_option import cache_folder, configure_cache
from boundaries.enforcement.evidence import configure_evidence, witnesses_of

if TYPE_CHECKING:
    from boundaries.enforcement.suggest.suggestion import Sources


def run_suggest(options: argparse.Namespace) -> int:
    """Rank the contexts of the map; without one, or if asked to, look for candidates."""
    from boundaries.enforcement.suggest.suggestion import rank_contexts, suggest_contexts
    from boundaries.enforcement.suggest.text import render, render_all, render_some

    folder = options.config.parent if options.config else Path.cwd()
    try:
        context_map = None if _is_fresh(options) else load_map(options.config)
    except MapNotFound:
        context_map = None
    if context_map is not None:
        suggestion = rank_contexts(context_map, sources=_sources(options))
    else:
        suggestion = suggest_contexts(folder, sources=_sources(options), wanted=options.contexts)
    if options.toml:
        print(suggestion.as_toml(), end="")
    elif options.format == "json":
        print_json(suggestion.as_dict())
    elif options.context:
        print(render_some(suggestion, options.context))
    else:
        print((render_all if options.all else render)(suggestion))
    return DONE


def _sources(options: argparse.Namespace) -> Sources:
    from boundaries.enforcement.suggest.row import read_rows
    from boundaries.enforcement.suggest.suggestion import Sources

    # A record names the contexts of a map; here it is read for its places, which are finer.
    without_record = argparse.Namespace(**{**vars(options), "record": None})
    return Sources(
        witnesses=lambda context_map: witnesses_of(without_record, context_map),
        record=options.record,
        rows=read_rows(options.database) if options.database else None,
        cache_folder=cache_folder(options),
    )


def _is_fresh(options: argparse.Namespace) -> bool:
    """Whether candidates are asked for, be there a map or not."""
    return options.fresh or options.toml or options.contexts is not None


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--contexts", type=_positive, metavar="N", help="look for about so many candidates; implies --fresh"
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--all", action="store_true", help="all contexts, with all evidence")
    length.add_argument(
        "--context", metavar="NAME", action="append", help="all evidence for this one; may be repeated"
    )
    parser.add_argument("--fresh", action="store_true", help="look for candidates although there is a map")
    parser.add_argument(
        "--toml", action="store_true", help="print the candidates as a map, ready to paste; implies --fresh"
    )
    parser.add_argument(
        "--database",
        metavar="URL",
        help="count rows there too, from PostgreSQL's own estimates; no table is read. env:NAME is looked up",
    )
    configure_evidence(parser)
    configure_cache(parser)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


SUGGEST = Verb(
    "suggest",
    "Suggest contexts for a project without a map; rank those of a map by how ready they are to leave.",
    run_suggest,
    _configure,
)
