"""How is it going, in figures? Computed here once; pages, `--json` and metrics all read them.

Knows contexts, calls and messages. What there is to know of extractions is registered by `apps.py` where the mover
is installed, so that a service can count its own backlog without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import DatabaseError
from django.db.models import Count, Min, Sum
from django.utils import timezone

from boundaries.conf import setting
from boundaries.contexts.map import Context, current_map
from boundaries.errors import BoundaryError
from boundaries.facades import policy, routing
from boundaries.facades.breaker import BreakerState
from boundaries.facades.models import ShadowTally

FOLLOWER_SECONDS = 5.0
"""A follower that has said nothing for so long is taken for dead."""
SKEW_SECONDS = 1.0
"""A report that is ahead of the database's clock by more says nothing about now."""


class FactsUnreadable(BoundaryError):
    """Raised when the kit's own tables cannot be read."""

    code = "BD601"
    problem = "The kit's tables cannot be read: {reason}."
    remedy = "Check the database connection and run `manage.py migrate`."


@dataclass(frozen=True, slots=True)
class Follower:
    """What the follower of one context last said of itself; None for what it never said.

    `differences` says in words which rows it has found to differ since the last clean verify, `resync` which tables
    it is comparing and copying again.
    """

    is_wanted: bool = False
    age_seconds: float | None = None
    lag_rows: int | None = None
    error: str = ""
    lag_seconds: float | None = None
    rows_per_second: int | None = None
    differences: str = ""
    resync: str = ""

    @property
    def is_healthy(self) -> bool:
        """Whether it is needed and works."""
        return (
            self.age_seconds is not None
            and -SKEW_SECONDS <= self.age_seconds < FOLLOWER_SECONDS
            and not self.error
        )

    @property
    def is_missing(self) -> bool:
        """Whether it is needed and does not work: the copy grows old, and no way back is kept open."""
        return self.is_wanted and not self.is_healthy


@dataclass(frozen=True, slots=True)
class Extraction:
    """How far one context has come on its way out. `runs` counts (step, result)."""

    reached: str
    next: str | None
    done_steps: int
    total_steps: int
    follower: Follower
    under_way: str = ""
    runs: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mail:
    """What waits for the consumers of one context. Seconds are the age of the oldest event that waits."""

    pending: int = 0
    dead: int = 0
    oldest_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the answers of the service compare, over all operations of one context."""

    calls: int = 0
    mismatches: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class ContextFacts:
    """One bounded context at a glance. `writes` is "monolith" or "service"; `halted` is why nobody may write."""

    name: str
    owner_team: str
    state: str
    is_shared: bool
    has_service: bool
    calls: tuple[str, ...]
    queries: str
    percent: float
    writes: str
    epoch: int | None
    mail: Mail
    comparison: Comparison
    sagas: Mapping[str, int]
    extraction: Extraction | None
    halted: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """All contexts, and the circuits that this very process has used."""

    side: str
    taken_at: datetime
    contexts: tuple[ContextFacts, ...]
    circuits: tuple[BreakerState, ...]
    knows_extractions: bool

    def as_dict(self) -> dict[str, Any]:
        """As JSON-ready values."""
        told = asdict(self)
        for context in told["contexts"]:
            if context["extraction"]:
                runs = context["extraction"].pop("runs")
                context["extraction"]["runs"] = [
                    {"step": step, "result": result, "count": count} for (step, result), count in runs.items()
                ]
        return told

    @property
    def dead_letters(self) -> int:
        """Deliveries that nobody tries any more."""
        return sum(context.mail.dead for context in self.contexts)

    @property
    def pending(self) -> int:
        """Deliveries under way."""
        return sum(context.mail.pending for context in self.contexts)

    @property
    def mismatches(self) -> int:
        """Answers of services that differed."""
        return sum(context.comparison.mismatches for context in self.contexts)

    @property
    def stuck_sagas(self) -> int:
        """Sagas that wait for a person."""
        return sum(context.sagas.get("NEEDS_ATTENTION", 0) for context in self.contexts)

    @property
    def followed(self) -> tuple[ContextFacts, ...]:
        """The contexts that somebody should be following now."""
        return tuple(c for c in self.contexts if c.extraction and c.extraction.follower.is_wanted)

    @property
    def halted(self) -> tuple[ContextFacts, ...]:
        """The contexts that nobody may write until `recover` has been run."""
        return tuple(context for context in self.contexts if context.halted)

    @property
    def differing(self) -> tuple[ContextFacts, ...]:
        """The contexts whose follower has found rows that differ."""
        return tuple(c for c in self.followed if c.extraction and c.extraction.follower.differences)

    @property
    def unfollowed(self) -> tuple[ContextFacts, ...]:
        """Those of them that nobody does follow."""
        return tuple(c for c in self.followed if c.extraction and c.extraction.follower.is_missing)


_extractions: list[Callable[[], Mapping[str, Extraction]]] = []


def register_extractions(source: Callable[[], Mapping[str, Extraction]]) -> None:
    """Let `source` say how far each context has come; called once, by the app that knows the mover."""
    _extractions[:] = [source]


def overview() -> Overview:
    """Everything at a glance: a fixed number of queries on this process's own database, none of another.

    :raises FactsUnreadable: when the kit's tables are missing or the database does not answer.
    """
    try:
        routing.refresh()
        extractions = _extractions[0]() if _extractions else {}
        mail, comparisons, sagas = _mail(), _comparisons(), _sagas()
        contexts = tuple(
            _context(
                context, mail.get(context.name, Mail()), comparisons.get(context.name, Comparison()),
                sagas.get(context.name, {}), extractions.get(context.name),
            )
            for context in current_map().contexts.values()
        )  # fmt: skip
    except DatabaseError as error:
        raise FactsUnreadable(reason=str(error).strip().partition("\n")[0]) from error
    return Overview(
        setting("SIDE"),
        timezone.now(),
        contexts,
        tuple(policy.breaker_states()),
        knows_extractions=bool(_extractions),
    )


def writes_of(context: str) -> str:
    """Which side may write: "monolith" or "service"."""
    is_monolith = setting("SIDE") == "monolith"
    return "monolith" if routing.owner_is_here(context) == is_monolith else "service"


def _context(
    context: Context,
    mail: Mail,
    comparison: Comparison,
    sagas: Mapping[str, int],
    extraction: Extraction | None,
) -> ContextFacts:
    route = routing.route_of(context.name, "")
    owner = routing.snapshot().owners.get(context.name)
    return ContextFacts(
        name=context.name,
        owner_team=context.owner or "",
        state=context.state,
        is_shared=context.shared,
        has_service=context.service is not None,
        calls=context.calls or (),
        queries=str(route.mode),
        percent=route.basis_points / 100,
        writes=writes_of(context.name),
        epoch=routing.epoch_of(context.name),
        mail=mail,
        comparison=comparison,
        sagas=sagas,
        extraction=extraction,
        halted=owner.halted if owner else "",
    )


def _mail() -> dict[str, Mail]:
    if not apps.is_installed("boundaries.messaging"):
        return {}
    from boundaries.messaging.models import Delivery, DeliveryState

    now = timezone.now()
    rows = (
        Delivery.objects.using(setting("DATABASE"))
        .filter(state__in=[DeliveryState.PENDING, DeliveryState.DEAD])
        .values_list("context", "state")
        .annotate(count=Count("id"), oldest=Min("event__occurred_at"))
    )
    found: dict[str, dict[str, Any]] = {}
    for context, state, count, oldest in rows:
        mail = found.setdefault(context, {})
        if state == DeliveryState.DEAD:
            mail["dead"] = count
        else:
            mail |= {"pending": count, "oldest_seconds": max(0.0, round((now - oldest).total_seconds(), 1))}
    return {context: Mail(**mail) for context, mail in found.items()}


def _sagas() -> dict[str, dict[str, int]]:
    """Unfinished sagas and those that need attention; the finished ones are too many to count on every page."""
    if not apps.is_installed("boundaries.messaging"):
        return {}
    from boundaries.messaging.models import UNFINISHED, SagaInstance, SagaState

    rows = (
        SagaInstance.objects.using(setting("DATABASE"))
        .filter(state__in=[*UNFINISHED, SagaState.NEEDS_ATTENTION])
        .values_list("context", "state")
        .annotate(count=Count("id"))
    )
    found: dict[str, dict[str, int]] = {}
    for context, state, count in rows:
        found.setdefault(context, {})[state] = count
    return found


def _comparisons() -> dict[str, Comparison]:
    rows = (
        ShadowTally.objects.using(setting("DATABASE"))
        .values_list("context")
        .annotate(Sum("calls"), Sum("mismatches"), Sum("failures"))
    )
    return {context: Comparison(calls, mismatches, failures) for context, calls, mismatches, failures in rows}
