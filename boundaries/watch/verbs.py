"""The verbs `status` and `doctor`."""

from __future__ import annotations

import argparse

from boundaries.cli import DONE, FOUND, Verb, print_json
from boundaries.watch.eject.verb import EJECT


def _know_extractions() -> None:
    """Let the facts know of extractions also where the mover is installed and this room is not."""
    from django.apps import apps

    if apps.is_installed("boundaries.strangler"):
        from boundaries.watch import facts, journey

        facts.register_extractions(journey.summaries)


def _status(options: argparse.Namespace) -> int:
    from boundaries.watch.facts import overview
    from boundaries.watch.terminal import show

    _know_extractions()
    facts = overview()
    if options.format == "json":
        print_json(facts.as_dict())
    else:
        print(show(facts))
    return DONE


def _doctor(options: argparse.Namespace) -> int:
    from boundaries.watch.doctor import examine

    _know_extractions()
    findings = examine()
    if options.format == "json":
        print_json({"findings": [finding.as_dict() for finding in findings]})
    else:
        for finding in findings:
            print(f"{finding.subject}: {finding.problem} {finding.remedy}".rstrip())
        print(f"{len(findings)} found." if findings else "Nothing found.")
    return FOUND if findings else DONE


VERBS = [
    Verb(
        name="status",
        help="all contexts at a glance: who answers, who writes, what moves, what is stuck",
        run=_status,
        needs_django=True,
        epilog="One context in full: boundaries extract CONTEXT",
    ),
    Verb(
        name="doctor",
        help="look for what is wrong: sides, routes, triggers, followers; exit code 1 if anything is",
        run=_doctor,
        needs_django=True,
    ),
    EJECT,
]
