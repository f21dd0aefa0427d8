"""Who answers queries, and who owns the writes, as this process knows it?

Routes and ownership rows are read into one immutable snapshot per process, refreshed in the background every
ROUTE_POLL_SECONDS by a thread with a connection of its own: a local call costs no query and no lock. The snapshot is
never the authority on who may write; the gate in the database is.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import DatabaseError, Error, connections, transaction
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now

from boundaries.conf import named_address, setting
from boundaries.contexts.map import current_map
from boundaries.errors import BoundaryError
from boundaries.facades import held_call, local, outcome
from boundaries.facades.facade import NOT_AT_ONCE
from boundaries.facades.models import Freshness, Ownership, Route, RouteChange, RouteMode
from boundaries.facades.present import present

log = logging.getLogger("boundaries.routing")

FORCE_VARIABLE = "BOUNDARIES_FORCE_ROUTE"


class RoutesUnreadable(BoundaryError):
    """Raised by a server, worker or relay that cannot read routes and owners at its start. Nothing guesses."""

    code = "BD304"
    problem = "Routes and owners cannot be read from the database {database!r}: {reason}."
    remedy = "Check the connection and run `manage.py migrate`; the process must not start without them."


class RouteSkipped(BoundaryError):
    """Raised when a route is asked to jump over a step."""

    code = "BD302"
    problem = "{context} cannot go from {old} to {new} in one step."
    remedy = "Run `boundaries route {context} {step}` first and watch the mismatches."


class RouteImpossible(BoundaryError):
    """Raised when the wanted answerer cannot exist."""

    code = "BD307"
    problem = "{context} cannot be {mode} here: {reason}."
    remedy = "Look at `boundaries extract {context}` for what comes first."


class Entry(NamedTuple):
    """One route: its mode, and the share of callers in basis points for a canary."""

    mode: str
    basis_points: int = 0


class Owner(NamedTuple):
    """The ownership row as last read: whether this database is open for writes, its epoch, the other side's address,
    and why nobody may write, if that is so."""

    open: bool
    epoch: int
    address: str = ""
    halted: str = ""


class Copy(NamedTuple):
    """How fresh this database is as a copy: the owner's tick, and how old it was when the snapshot was taken."""

    tick: int
    age_seconds: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that a call needs to know to find its answerer."""

    routes: Mapping[tuple[str, str], Entry] = field(default_factory=dict)
    owners: Mapping[str, Owner] = field(default_factory=dict)
    copies: Mapping[str, Copy] = field(default_factory=dict)
    taken_at: float = 0.0
    # Filled as operations are asked for; every snapshot begins anew.
    resolved: dict[tuple[str, str], Entry] = field(default_factory=dict, compare=False)


# What may follow what; any mode may fall back to local while the owner is here, and remote to verify_remote and back.
_NEXT = {
    "local": {"shadow"},
    "shadow": {"local", "canary", "remote"},
    "canary": {"local", "shadow", "canary", "remote"},
    "remote": {"local", "shadow", "canary", "verify_remote"},
    "verify_remote": {"local", "remote"},
}


def snapshot() -> Snapshot:
    """The present snapshot; reads it on first use in a process and starts the background refresh."""
    if not keeper.is_running:
        keeper.start()
    return keeper.snapshot


def refresh() -> Snapshot:
    """Read the tables now, for example because the gate has just said that the owner moved."""
    return keeper.take()


def owner_is_here(context: str) -> bool:
    """Whether this process may try to write `context` in its own database."""
    return _is_owner_here(snapshot(), context)


def epoch_of(context: str) -> int | None:
    """The epoch of the ownership row here; None for a context that has never moved."""
    owner = snapshot().owners.get(context)
    return owner.epoch if owner else None


def route_of(context: str, operation: str) -> Entry:
    """The route of one operation: the forced one, its own, its context's, or the only one possible.

    Worked out once per snapshot: a local call must not cost more than looking it up.
    """
    taken = snapshot()
    found = taken.resolved.get((context, operation))
    if found is None:
        found = taken.resolved[context, operation] = _resolve(taken, context, operation)
    return found


def shortcut(context: str, operation: str) -> tuple[object, Callable[..., Any]]:
    """The present snapshot, and the method that is the whole answer to a query while it lasts; or NOT_AT_ONCE.

    That is so where the route is local and the owner is here: caller, scope and age make no difference then.
    """
    taken = present.snapshot
    if not isinstance(taken, Snapshot) or not _is_owner_here(taken, context):
        return NOT_AT_ONCE
    if _resolve(taken, context, operation).mode != RouteMode.LOCAL:
        return NOT_AT_ONCE
    return taken, getattr(local.implementation_of(context), operation)


def age_of(context: str) -> float | None:
    """How many seconds this database, as a copy, is behind the owner; None where it is no copy."""
    taken = snapshot()
    copy = taken.copies.get(context)
    if copy is None or owner_is_here(context):
        return None
    return copy.age_seconds + time.monotonic() - taken.taken_at


def set_route(
    *, context: str, mode: str, who: str, why: str, operation: str = "", percent: float = 0
) -> None:
    """Change who answers queries, with an audit row in the same transaction.

    :raises RouteSkipped: when a step would be jumped over.
    :raises RouteImpossible: for local where the context does not live, or remote without an address.
    """
    with transaction.atomic(using=setting("DATABASE")):
        row, _ = Route.objects.select_for_update().get_or_create(
            context=context, operation=operation, defaults={"mode": route_of(context, operation).mode}
        )
        _check_change(context=context, old=row.mode, new=mode)
        RouteChange.objects.create(
            context=context, operation=operation, old=_label(row.mode, float(row.percent)), new=_label(mode, percent), who=who, why=why
        )  # fmt: skip
        row.mode, row.percent = mode, percent
        row.save()
        transaction.on_commit(refresh, using=setting("DATABASE"))


def address_of(context: str) -> str | None:
    """Where `context` is served: as its ownership row says, else as the map says."""
    owner = snapshot().owners.get(context)
    if owner and owner.address:
        return owner.address
    service = current_map().context(context).service
    if setting("SIDE") == "monolith" and service is not None and service.url:
        return service.resolve_url()
    return named_address("MONOLITH_URL")


def require_readable() -> None:
    """Read routes and owners, or refuse: called when a server, worker, relay or follower starts.

    :raises RoutesUnreadable: when the tables cannot be read.
    """
    try:
        snapshot()
    except DatabaseError as error:
        raise RoutesUnreadable(
            database=setting("DATABASE"), reason=str(error).strip().partition("\n")[0]
        ) from error


def _check_change(*, context: str, old: str, new: str) -> None:
    if new != old and new not in _NEXT[old]:
        step = next(iter(_NEXT[old] - {"local"}))
        raise RouteSkipped(context=context, old=old, new=new, step=step)
    if new == "local" and not local.lives_here(context):
        raise RouteImpossible(context=context, mode=new, reason="its code does not live in this deployable")
    if new != "remote" and _is_forsaken(snapshot(), context):
        raise RouteImpossible(context=context, mode=new, reason="its rows here are not followed any more")
    if new != "local" and not address_of(context):
        raise RouteImpossible(context=context, mode=new, reason="the map names no `service.url` for it")


def _is_forsaken(taken: Snapshot, context: str) -> bool:
    """Whether `complete` has ended what kept this database's rows of a context equal to the owner's."""
    return not _is_owner_here(taken, context) and context in taken.owners and context not in taken.copies


def _label(mode: str, percent: float) -> str:
    return f"{mode} {percent:g} %" if mode == RouteMode.CANARY else str(mode)


def _read() -> Snapshot:
    alias = setting("DATABASE")
    routes = {
        (r.context, r.operation): Entry(r.mode, round(r.percent * 100)) for r in Route.objects.using(alias)
    }
    owners = {o.context: Owner(o.open, o.epoch, o.address, o.halted) for o in Ownership.objects.using(alias)}
    # Both moments by the database's clock: this host's may differ.
    aged = Freshness.objects.using(alias).annotate(
        age=ExpressionWrapper(Now() - F("applied_at"), DurationField())
    )
    copies = {c.context: Copy(c.tick, c.age.total_seconds()) for c in aged}
    return Snapshot(routes=routes, owners=owners, copies=copies, taken_at=time.monotonic())


def _resolve(taken: Snapshot, context: str, operation: str) -> Entry:
    if forced := _forced(context, operation):
        return forced
    if found := taken.routes.get((context, operation)) or taken.routes.get((context, "")):
        return found
    return Entry(RouteMode.LOCAL.value if _is_owner_here(taken, context) else RouteMode.REMOTE.value)


def _is_owner_here(taken: Snapshot, context: str) -> bool:
    owner = taken.owners.get(context)
    return owner.open if owner is not None else local.lives_here(context)


def _forced(context: str, operation: str) -> Entry | None:
    text = os.environ.get(FORCE_VARIABLE)
    if not text:
        return None
    forced = _parse_forced(text)
    return forced.get(f"{context}.{operation}") or forced.get(context) or forced.get(f"{context}.*")


@lru_cache(maxsize=4)
def _parse_forced(text: str) -> dict[str, Entry]:
    pairs = (item.partition("=") for item in text.split(",") if item.strip())
    return {name.strip(): Entry(mode.strip()) for name, _, mode in pairs if mode.strip() in _NEXT}


class Keeper:
    """Holds the snapshot of one process and refreshes it in a daemon thread, also after a fork."""

    def __init__(self) -> None:
        self.pid = 0
        self.poll_seconds = 0.0
        self.is_running = False
        self.snapshot = Snapshot()
        self._begin_anew()

    def start(self) -> None:
        """Read the first snapshot, and let the thread read the next ones; without it, read at every call."""
        self.poll_seconds = setting("ROUTE_POLL_SECONDS")
        if not self.poll_seconds:
            self.take()
            return
        with self._lock:
            if self.is_running:
                return
            self.pid = os.getpid()
            self.take()
            stop, every = self._stop, self.poll_seconds
            threading.Thread(
                target=self._poll, args=(stop, every), name="boundaries-routes", daemon=True
            ).start()
            self.is_running = True

    def take(self) -> Snapshot:
        """Read the tables now."""
        taken = _read()
        self.snapshot = taken
        present.snapshot = taken if self.is_running else None
        return taken

    def forget(self) -> None:
        """Let the thread end, and begin anew at the next call."""
        self._stop.set()
        self.after_fork()

    def after_fork(self) -> None:
        """The thread has stayed with the parent, and a lock may have been held there: begin anew without either."""
        self.is_running, self.pid = False, 0
        present.snapshot = None
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def _poll(self, stop: threading.Event, every_seconds: float) -> None:
        while not stop.wait(every_seconds):
            try:
                self.take()
                held_call.flush()
                outcome.flush()
            except Error:
                log.warning("routes and owners could not be read; the last ones stay in use", exc_info=True)
                connections[setting("DATABASE")].close()


keeper = Keeper()
os.register_at_fork(after_in_child=keeper.after_fork)
