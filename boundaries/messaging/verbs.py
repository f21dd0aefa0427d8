"""What can be done with events and sagas from the command line?"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from boundaries.cli import DONE, FOUND, Verb, print_json


def _outbox_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    relay = _action(actions, "relay", _relay, "deliver events until stopped")
    relay.add_argument("--once", action="store_true", help="deliver what is due now and end")
    relay.add_argument("--with-sagas", action="store_true", help="also go on with sagas, in the same process")
    _action(
        actions, "status", _outbox_status, "what waits, and what is stuck; exit code 1 if anything is dead"
    )
    retry = _action(actions, "retry", _outbox_retry, "give a dead letter all its attempts again")
    retry.add_argument("id", type=int)
    skip = _action(
        actions, "skip", _outbox_skip, "let a delivery go, so that the later ones of its key go on"
    )
    skip.add_argument("id", type=int)
    skip.add_argument("--reason", required=True)
    _prune_argument(_action(actions, "prune", _outbox_prune, "delete old events that are delivered"), days=14)


def _inbox_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    _action(actions, "status", _inbox_status, "how many messages are remembered, per context")
    _prune_argument(_action(actions, "prune", _inbox_prune, "forget old messages"), days=90)


def _saga_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    resume = _action(actions, "resume", _saga_resume, "go on with sagas that nobody holds, until stopped")
    resume.add_argument("--once", action="store_true", help="take up those that are due now and end")
    listing = _action(actions, "list", _saga_list, "the newest sagas, with their steps")
    listing.add_argument("--state", help="for example NEEDS_ATTENTION")
    listing.add_argument("--limit", type=int, default=100)
    retry = _action(actions, "retry", _saga_retry, "let a saga go on that needs attention")
    retry.add_argument("id", type=UUID)
    undo = _action(actions, "compensate", _saga_compensate, "turn a saga round that has not passed its pivot")
    undo.add_argument("id", type=UUID)


def _action(
    actions: Any, name: str, run: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    # SUPPRESS: the flag may stand before the action as well, and must not be reset here.
    parser.add_argument(
        "--json", action="store_const", const="json", dest="format", default=argparse.SUPPRESS
    )
    parser.set_defaults(action=run)
    return parser


def _prune_argument(parser: argparse.ArgumentParser, *, days: int) -> None:
    parser.add_argument("--older-than-days", type=float, default=days, help="default: %(default)s")


def _relay(options: argparse.Namespace) -> int:
    from boundaries.facades.startup import require_ready
    from boundaries.messaging.relay import relay_forever, relay_until_empty
    from boundaries.messaging.saga_worker import resume_forever, resume_until_empty

    if options.once:
        require_ready()
        attempts = relay_until_empty()
        sagas = resume_until_empty() if options.with_sagas else 0
        return _tell(
            options, {"attempts": attempts, "sagas": sagas}, f"{attempts} deliveries tried, {sagas} sagas."
        )
    return _run(relay_forever, *([resume_forever] if options.with_sagas else []))


def _saga_resume(options: argparse.Namespace) -> int:
    from boundaries.facades.startup import require_ready
    from boundaries.messaging.saga_worker import resume_forever, resume_until_empty

    if options.once:
        require_ready()
        sagas = resume_until_empty()
        return _tell(options, {"sagas": sagas}, f"{sagas} sagas taken up.")
    return _run(resume_forever)


def _run(main: Callable[[threading.Event], None], *others: Callable[[threading.Event], None]) -> int:
    """Run loops side by side until a signal; when one of them ends by an error, all end."""
    from boundaries.messaging.loop import run_together

    run_together([main, *others])
    return DONE


def _outbox_status(options: argparse.Namespace) -> int:
    from boundaries.messaging import outbox

    found = outbox.status()
    lines = [
        f"{row['consumer']}: {row['pending']} pending, {row['retrying']} retrying" for row in found["pending"]
    ]
    lines += [
        f"dead letter {row['id']}: {row['event']} for {row['consumer']}, holds back {row['holds_back']};"
        f" boundaries outbox retry {row['id']}"
        for row in found["dead_letters"]
    ]
    _tell(options, found, "\n".join(lines) or "Nothing waits.")
    return FOUND if found["dead_letters"] else DONE


def _outbox_retry(options: argparse.Namespace) -> int:
    from boundaries.messaging import outbox

    outbox.retry(options.id)
    return _tell(options, {"retried": options.id}, f"Delivery {options.id} is due now.")


def _outbox_skip(options: argparse.Namespace) -> int:
    from boundaries.messaging import outbox

    outbox.skip(options.id, reason=options.reason)
    return _tell(options, {"skipped": options.id}, f"Delivery {options.id} was let go.")


def _outbox_prune(options: argparse.Namespace) -> int:
    from boundaries.messaging import outbox

    count = outbox.prune(older_than=timedelta(days=options.older_than_days))
    return _tell(options, {"deleted": count}, f"{count} events deleted.")


def _inbox_status(options: argparse.Namespace) -> int:
    from boundaries.messaging import inbox

    found = inbox.status()
    lines = [f"{row['context']}: {row['messages']} messages since {row['oldest']}" for row in found]
    return _tell(options, {"contexts": found}, "\n".join(lines) or "Nothing was consumed yet.")


def _inbox_prune(options: argparse.Namespace) -> int:
    from boundaries.messaging import inbox

    count = inbox.prune(older_than=timedelta(days=options.older_than_days))
    return _tell(options, {"deleted": count}, f"{count} messages forgotten.")


def _saga_list(options: argparse.Namespace) -> int:
    from boundaries.messaging import saga_operator

    found = saga_operator.list_sagas(state=options.state, limit=options.limit)
    lines = [
        f"{row['id']} {row['name']} {row['key']}: {row['state']} {_failure(row)}".rstrip() for row in found
    ]
    return _tell(options, {"sagas": found}, "\n".join(lines) or "No sagas.")


def _failure(row: dict[str, Any]) -> str:
    return f"({row['failure']['code']})" if row["failure"] else ""


def _saga_retry(options: argparse.Namespace) -> int:
    from boundaries.messaging import saga_operator

    saga_operator.retry(options.id)
    return _tell(options, {"retried": str(options.id)}, "A worker takes it up now.")


def _saga_compensate(options: argparse.Namespace) -> int:
    from boundaries.messaging import saga_operator

    saga_operator.compensate(options.id)
    return _tell(options, {"compensating": str(options.id)}, "A worker undoes it now.")


def _references_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--context", metavar="CONTEXT", help="only the references of this one")
    parser.add_argument(
        "--handle", action="store_true", help="do what `on_delete` says to the rows that point at nothing"
    )


def _references(options: argparse.Namespace) -> int:
    from boundaries.contexts.map import current_map
    from boundaries.messaging.sweep import Swept, sweep

    if options.context:
        current_map().context(options.context)
    found = sweep(context=options.context, handles=options.handle)

    def line(row: Swept) -> str:
        count = f"{row.dangling} of {row.seen} gone, {row.handled} handled ({row.on_delete})"
        examples = f": {', '.join(row.examples)}" if row.examples else ""
        return f"{row.field} -> {row.to}: {row.problem or count + examples}"

    facts = {"references": [row.as_dict() for row in found]}
    _tell(options, facts, "\n".join(map(line, found)) or "No references.")
    return DONE if all(row.is_clean for row in found) else FOUND


def _tell(options: argparse.Namespace, facts: dict[str, Any], text: str) -> int:
    if options.format == "json":
        print_json(facts)
    else:
        print(text)
    return DONE


def _act(options: argparse.Namespace) -> int:
    return int(options.action(options))


VERBS = [
    Verb("outbox", "events: deliver, look, retry, skip, prune", _act, _outbox_arguments, needs_django=True),
    Verb("inbox", "what consumers have had: look, prune", _act, _inbox_arguments, needs_django=True),
    Verb(
        "references",
        "rows that point at rows of other contexts that are gone; exit code 1 if any is left",
        _references,
        _references_arguments,
        needs_django=True,
    ),
    Verb("saga", "sagas: resume, list, retry, compensate", _act, _saga_arguments, needs_django=True),
]
