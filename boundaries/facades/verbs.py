"""The verbs `route` and `contract`."""

from __future__ import annotations

import argparse
import getpass

from boundaries.cli import DONE, Verb, print_json
from boundaries.facades.contract_verb import CONTRACT


def _configure_route(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("context", nargs="?", help="without it: all routes")
    parser.add_argument("mode", nargs="?", choices=["local", "shadow", "canary", "remote", "verify_remote"])
    parser.add_argument("--operation", default="", help="only this operation (default: the whole context)")
    parser.add_argument("--percent", type=float, default=0, help="share of the callers, for canary")
    parser.add_argument("--reason", default="", help="why; kept with the change")


def _route(options: argparse.Namespace) -> int:
    from boundaries.contexts.map import current_map
    from boundaries.facades import routing

    contexts = current_map()
    if options.context:
        contexts.context(options.context)
    if options.mode:
        routing.set_route(
            context=options.context, operation=options.operation, mode=options.mode,
            percent=options.percent, who=getpass.getuser(), why=options.reason,
        )  # fmt: skip
    rows = [_describe(name) for name in contexts.contexts if options.context in (None, name)]
    if options.format == "json":
        print_json({"routes": rows})
    else:
        for row in rows:
            print(f"{row['context']:<16} queries: {row['mode']:<14} writes: {row['owner']}")
    return DONE


def _describe(context: str) -> dict[str, object]:
    from boundaries.facades import routing

    entry = routing.route_of(context, "")
    owner = "here" if routing.owner_is_here(context) else "elsewhere"
    return {
        "context": context,
        "mode": str(entry.mode),
        "percent": entry.basis_points / 100,
        "owner": owner,
        "epoch": routing.epoch_of(context),
    }


VERBS = [
    Verb(
        name="route",
        help="show or change who answers the queries of a context",
        configure=_configure_route,
        run=_route,
        needs_django=True,
        epilog="Routes move queries only. Writes are moved by `boundaries extract CONTEXT switch-writes`.",
    ),
    CONTRACT,
]
