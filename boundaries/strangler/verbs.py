"""The verbs `extract` and `follow`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from boundaries.cli import DONE, Verb, print_json
from boundaries.errors import BoundaryError
from boundaries.strangler.codemod.verb import FIX


class DatabaseTrouble(BoundaryError):
    """Raised when a database failed a verb in a way that no step has a word for: it went away, or refused a statement."""

    code = "BD553"
    problem = "A database ended it: {reason}."
    remedy = "Look at its log; every step can be run again from where it was cut off."


def _configure_extract(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("context", help="the context to be extracted")
    parser.add_argument("step", nargs="?", help="without it: where the context stands and what comes next")
    parser.add_argument(
        "--write-map", action="store_true", help="write the context's state into the map, and nothing else"
    )
    parser.add_argument("--dry-run", action="store_true", help="look at the gates and say what would be done")
    parser.add_argument("--yes", metavar="CONTEXT", help="the context's name, to confirm a destructive step")
    parser.add_argument("--reason", default="", help="why; kept with the run")
    parser.add_argument("--who", help="whose name is kept with the run (default: yours)")
    parser.add_argument("--percent", type=float, help="switch-reads: share of the callers")
    parser.add_argument(
        "--rehearse", action="store_true", help="switch-writes: measure the pause, switch nothing"
    )
    parser.add_argument(
        "--bake",
        metavar="TIME",
        help="switch-writes: watch the service for so long (15m), and go back if need be",
    )
    parser.add_argument(
        "--rollback-if",
        metavar="RULE",
        help="switch-writes --bake: when to go back (default: error_rate>1%%)",
    )
    parser.add_argument(
        "--probe", metavar="COMMAND|URL", help="switch-writes --bake: go back when this fails twice in a row"
    )
    parser.add_argument("--to", metavar="STEP", help="rollback: the step to go back to (default: one step)")
    parser.add_argument(
        "--accept", choices=("monolith", "service"), help="recover: the side that is right where rows differ"
    )
    parser.add_argument(
        "--print-grants", action="store_true", help="provision: what a DBA runs, and nothing else"
    )
    parser.add_argument(
        "--diff",
        action="store_true",
        help="scaffold: show how edited files differ; plan: what is gone and new since the last one",
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="complete: take the code out of this working tree, and touch no database",
    )
    parser.add_argument(
        "--purge", action="store_true", help="complete: write the migration that drops the retired tables"
    )
    _configure_plan(parser)
    parser.add_argument("--bookings", type=int, default=100_000, help="rehearse: how much to seed")
    parser.add_argument("--seed", type=int, default=1, help="rehearse: seed of data and traffic")


def _configure_plan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--static", action="store_true", help="plan: from the source alone, also where the kit is installed"
    )
    parser.add_argument(
        "--database",
        metavar="URL",
        help="plan: from source, and ask this database too; a URL or env:NAME, a role that may read is enough",
    )
    parser.add_argument(
        "--record", type=Path, metavar="FILE", help="plan: from source, and add what the runtime recorder saw"
    )
    parser.add_argument(
        "--playbook", type=Path, metavar="FILE", help="plan: write or renew a page of check boxes"
    )
    parser.add_argument(
        "--details", action="store_true", help="plan: every place, on as many lines as it takes"
    )


def _needs_django(options: argparse.Namespace) -> bool:
    """A plan can be had of a project in which nothing of the kit is installed; no other step can."""
    from boundaries.strangler.planning.installed import is_installed

    from_source = options.static or options.database or options.record
    return options.step != "plan" or not (from_source or not is_installed(options.config))


def _prepare(options: argparse.Namespace) -> None:
    """Give a rehearsal the variables that the map names for it, before the settings ask for them."""
    if options.step != "rehearse":
        return
    from boundaries.contexts.map import load_map

    for name, value in load_map(options.config).rehearsal.get("environment", {}).items():
        os.environ.setdefault(name, str(value))


def _extract(options: argparse.Namespace) -> int:
    from boundaries.strangler.planning.present import plan_from_source

    if not _needs_django(options):
        return plan_from_source(options)
    from boundaries.contexts.map import current_map
    from boundaries.strangler import terminal

    current_map().context(options.context)
    if options.step == "complete" and (options.write or options.purge):
        from boundaries.strangler.leave import present

        return present.purge(options) if options.purge else present.take_out(options)
    if options.print_grants:
        print(terminal.grants(options.context))
        return DONE
    if options.step == "rehearse":
        from boundaries.strangler.rehearsal.run import rehearse

        return rehearse(
            options.context, bookings=options.bookings, seed=options.seed, as_json=options.format == "json"
        )
    with _in_one_line():
        return _with_database(options)


def _with_database(options: argparse.Namespace) -> int:
    """A step, or how things stand. A plan is made of the source where the database does not answer."""
    from boundaries.facades import startup
    from boundaries.facades.routing import RoutesUnreadable
    from boundaries.strangler import terminal
    from boundaries.strangler.planning.present import plan_from_source

    try:
        startup.require_ready()
    except RoutesUnreadable as refusal:
        if options.step != "plan":
            raise
        print(f"{refusal.what} The plan is made from the source alone.", file=sys.stderr)
        return plan_from_source(options)
    if options.step in (None, "status"):
        show = terminal.write_map if options.write_map else terminal.show_status
        return show(options.context, as_json=options.format == "json")
    return _run_step(options)


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Turn what a database says into a refusal; its own words stay behind it as the cause."""
    import psycopg
    from django.db import DatabaseError

    from boundaries.strangler.postgres.connection import first_line

    try:
        yield
    except (DatabaseError, psycopg.Error) as error:
        raise DatabaseTrouble(reason=first_line(error)) from error


def _run_step(options: argparse.Namespace) -> int:
    import getpass

    from boundaries.strangler import terminal
    from boundaries.strangler.operation import run_step

    is_json = options.format == "json"
    run = run_step(
        context=options.context, step=options.step, who=options.who or getpass.getuser(), why=options.reason,
        options=_step_options(options), listener=None if is_json else terminal.Line(),
    )  # fmt: skip
    if options.bake and run.figures.get("owner") == "service":
        from boundaries.strangler import bake_text

        return bake_text.present(run, as_json=is_json)
    if options.step == "plan" and not options.dry_run:
        from boundaries.contexts.map import current_map
        from boundaries.strangler.planning.present import settle
        from boundaries.strangler.planning.text import render_plan

        run.figures = settle(run.figures, options, root=current_map().root)
    if is_json:
        print_json(terminal.as_json(run))
    elif options.step == "plan" and not options.dry_run:
        print(render_plan(run.figures, details=options.details))
    else:
        terminal.show_run(run)
    return DONE


def _step_options(options: argparse.Namespace) -> dict[str, Any]:
    names = ("dry_run", "yes", "percent", "rehearse", "diff", "accept", "to", "bake", "rollback_if", "probe")
    return {name: getattr(options, name) for name in names}


def _configure_follow(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--print-unit",
        choices=("systemd", "kubernetes", "procfile"),
        help="print the file for this supervisor, and nothing else",
    )
    parser.add_argument(
        "--heartbeat", metavar="FILE", type=Path, help="touch this file after each round, for probes"
    )


def _follow(options: argparse.Namespace) -> int:
    from boundaries.strangler.follow import follow_forever
    from boundaries.strangler.heartbeat import Heartbeat
    from boundaries.strangler.unit import UNITS

    if options.print_unit:
        print(UNITS[options.print_unit](), end="")
        return DONE
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if options.format == "text":
        print("Following; SIGTERM ends it within five seconds.", file=sys.stderr)
    follow_forever(stop, Heartbeat(options.heartbeat))
    return DONE


VERBS = [
    Verb(
        name="extract",
        help="move one context out, step by step; without a step: where it stands",
        configure=_configure_extract,
        prepare=_prepare,
        run=_extract,
        needs_django=_needs_django,
        epilog="Steps: plan, scaffold, provision, replicate, verify, shadow, switch-reads, switch-writes, complete;\n"
        "at any time: status, rollback, abort, recover, rehearse.\n"
        "Each can be killed and run again. Exit code 0: done, 2: refused, with the reason and the remedy.",
    ),
    Verb(
        name="follow",
        help="keep every moving context's other side up to date; one supervised process",
        configure=_configure_follow,
        run=_follow,
        needs_django=True,
    ),
    FIX,
]
