"""What is wrong with this installation, that nobody would notice until it hurts?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from django.apps import apps
from django.core.checks import run_checks
from django.db import DatabaseError, connections

from boundaries.conf import setting
from boundaries.errors import BoundaryError
from boundaries.facades import routing, side
from boundaries.watch.facts import Overview, overview
from boundaries.watch.terminal import follower_text


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: about what, the problem, and what to do."""

    subject: str
    problem: str
    remedy: str

    def as_dict(self) -> dict[str, str]:
        """As JSON-ready values."""
        return asdict(self)

    @classmethod
    def of(cls, subject: str, error: BoundaryError) -> Finding:
        """An error that was met while looking."""
        return cls(subject, f"{error.code}: {error.what}", error.what_to_do)


def examine() -> list[Finding]:
    """Look at everything and change nothing. Asks the services' databases where a context is being moved."""
    found = [*_checks(), *_side()]
    try:
        facts = overview()
    except BoundaryError as error:
        return [*found, Finding.of("database", error)]
    found += [*_routes(facts), *_states(facts), *_halted(facts), *_followers(facts)]
    if apps.is_installed("boundaries.strangler"):
        found += _triggers(facts)
    return found


def _checks() -> Iterator[Finding]:
    """The kit's own system checks: a foreign package called boundaries, a setting that does not exist …"""
    for message in run_checks():
        if message.is_serious() and str(message.id).startswith("boundaries."):
            yield Finding(
                "project", f"{str(message.id).removeprefix('boundaries.')}: {message.msg}", message.hint or ""
            )


def _side() -> Iterator[Finding]:
    try:
        side.require_side()
    except side.WrongSide as error:
        yield Finding.of("database", error)
    except DatabaseError:
        return  # the facts cannot be read either, and say so


def _routes(facts: Overview) -> Iterator[Finding]:
    """Queries that are sent to a service of which nobody knows the address."""
    for context in facts.contexts:
        if context.queries == "local":
            continue
        try:
            address = routing.address_of(context.name)
        except BoundaryError as error:
            yield Finding.of(context.name, error)
            continue
        if not address:
            yield Finding(
                context.name, f"Queries are {context.queries}, and no address is known.",
                "Give `service.url` in the map, or in a service MONOLITH_URL.",
            )  # fmt: skip


def _halted(facts: Overview) -> Iterator[Finding]:
    """After a failover or a restore, and nobody may write."""
    for context in facts.halted:
        yield Finding(
            context.name, f"Nobody may write: {context.halted}.",
            f"Run `boundaries extract {context.name} recover`; it says what differs and what to decide.",
        )  # fmt: skip


def _states(facts: Overview) -> Iterator[Finding]:
    """What the map says of a context is what CI and code review go by."""
    for context in facts.followed:
        if context.state != "moving":
            yield Finding(
                context.name, f'It is moving, and the map says state = "{context.state}".',
                'Write state = "moving" there, so that `manage.py check` sees to the order of migrations.',
            )  # fmt: skip


def _followers(facts: Overview) -> Iterator[Finding]:
    for context in facts.differing:
        assert context.extraction is not None
        yield Finding(
            context.name, f"Both sides differ: the follower has found {context.extraction.follower.differences}.",
            f"Run `boundaries extract {context.name} verify` to see all of it, and find out who wrote the closed side.",
        )  # fmt: skip
    for context in facts.unfollowed:
        assert context.extraction is not None
        if context.halted:
            continue  # the follower waits for `recover`, and says nothing else
        yield Finding(
            context.name, f"Nobody follows it: {follower_text(context.extraction.follower)}.",
            "Start `boundaries follow` under your process supervisor and leave it running.",
        )  # fmt: skip


def _triggers(facts: Overview) -> Iterator[Finding]:
    """Triggers that are missing or switched off where a context is moved, and left over where it is not."""
    from boundaries.strangler.operation import prepare
    from boundaries.strangler.postgres import capture
    from boundaries.strangler.status import gates_of

    connection = connections[setting("DATABASE")]
    for context in facts.contexts:
        if context.extraction and context.extraction.follower.is_wanted:
            gates = gates_of(prepare(context=context.name), "verify")
            yield from (
                Finding(context.name, f"{g.name}: no. {g.figure}", g.remedy) for g in gates if not g.passed
            )
        elif connection.vendor == "postgresql" and capture.exists(connection.connection, context.name):
            yield Finding(
                context.name, "Changes are captured, and nobody is to follow them: the log only grows.",
                f"Go on with `boundaries extract {context.name} replicate`, or give up with "
                f"`boundaries extract {context.name} abort --yes={context.name}`.",
            )  # fmt: skip
