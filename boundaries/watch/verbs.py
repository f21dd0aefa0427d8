"""The verb `status`."""

from __future__ import annotations

import argparse

from boundaries.cli import DONE, Verb, print_json


def _status(options: argparse.Namespace) -> int:
    from boundaries.watch.facts import overview
    from boundaries.watch.terminal import show

    facts = overview()
    if options.format == "json":
        print_json(facts.as_dict())
    else:
        print(show(facts))
    return DONE


VERBS = [
    Verb(
        name="status",
        help="all contexts at a glance: who answers, who writes, what moves, what is stuck",
        run=_status,
        needs_django=True,
        epilog="One context in full: boundaries extract CONTEXT",
    ),
]
