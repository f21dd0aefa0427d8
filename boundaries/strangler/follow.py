"""Who keeps the closed side equal to the open one, for weeks?

One supervised process moves every context that is wanted to be followed, in whichever direction its ownership rows
say. Each cycle takes the context's consumer lock, so that a second follower, a verify or a switch simply takes turns
with it. A switch whose process died between closing one side and opening the other is completed here: until then
nobody may write. It can be killed at any time.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import Any

import psycopg
from django.db import DatabaseError, close_old_connections
from django.db.models.functions import Now

from boundaries.conf import setting
from boundaries.contexts.map import current_map
from boundaries.errors import BoundaryError
from boundaries.facades import startup
from boundaries.faults import fault_point
from boundaries.strangler import bake
from boundaries.strangler.continuous import ContinuousVerify
from boundaries.strangler.ending import ends_in_time
from boundaries.strangler.flow import Both, both_sides
from boundaries.strangler.heartbeat import Heartbeat
from boundaries.strangler.lock import consumer_lock
from boundaries.strangler.models import Extraction, Wanted
from boundaries.strangler.pickup import pick_up
from boundaries.strangler.postgres import capture, gate, latch
from boundaries.strangler.postgres.apply import Applied, Flow, cycle
from boundaries.strangler.postgres.connection import first_line
from boundaries.strangler.postgres.drift import ShapeChanged
from boundaries.strangler.postgres.latch import TableMarked
from boundaries.strangler.postgres.resync import rearm
from boundaries.strangler.postgres.switch import finish

log = logging.getLogger("boundaries.follow")

REPORT_SECONDS = 1.0
IDLE_FRESHNESS_SECONDS = 0.2
WANTED_SECONDS = 1.0
# With more to apply at once, comparing waits.
FEW_KEYS = 1_000
# After so many the log is large and empty: its room is to be used again before it grows further.
MANY_KEYS = 100_000
# Between two attempts at the gate for tables that are to be logged again: writers wait at each.
REARM_SECONDS = 5.0


def follow_forever(stop: threading.Event, heartbeat: Heartbeat | None = None) -> None:
    """Follow every wanted context until `stop` is set; returns within seconds then, see `ending`.

    :raises BoundaryError: at the start, when routes and owners cannot be read.
    """
    startup.require_ready()
    heartbeat = heartbeat or Heartbeat()
    followers: dict[str, Follower] = {}
    threading.Thread(target=bake.watch, args=(stop,), name="boundaries-bake", daemon=True).start()
    with ends_in_time(stop, lambda: _cut_short(followers)):
        looked_at = 0.0
        while not stop.is_set():
            if time.monotonic() - looked_at > WANTED_SECONDS:
                _attend(followers)
                looked_at = time.monotonic()
            is_busy = [follower.turn() for follower in followers.values() if not stop.is_set()]
            heartbeat.beat()
            if not any(is_busy):
                stop.wait(setting("FOLLOW_IDLE_SECONDS"))
        heartbeat.stop()
        for follower in followers.values():
            follower.close()


def _attend(present: dict[str, Follower]) -> None:
    """Close the followers that should not exist now, and add those that should."""
    try:
        close_old_connections()
        names = set(Extraction.objects.filter(wanted=Wanted.FOLLOWING).values_list("context", flat=True))
    except DatabaseError:
        log.warning("the wanted state could not be read; going on with the last one", exc_info=True)
        return
    for name in present.keys() - names:
        present.pop(name).close()
    for name in sorted(names - present.keys()):
        present[name] = Follower(name)


def _cut_short(followers: dict[str, Follower]) -> None:
    for follower in list(followers.values()):
        follower.cut()


class Follower:
    """Follows one context; survives lost connections and reports on itself each second."""

    def __init__(self, context: str) -> None:
        self.context = context
        self._stack: ExitStack | None = None
        self._both: Both | None = None
        self._flows: dict[str, Flow] = {}
        self._told_at = self._cycled_at = self._resting_until = 0.0
        self._rows = self._told_rows = 0
        self._cycles = 0
        self._is_cut = False
        self._verify: ContinuousVerify | None = None
        # Whatever was committed before is on the other side.
        self._level_at = time.monotonic()
        self._lag_seconds = 0.0

    def turn(self) -> bool:
        """One cycle; whether there was anything to do. Never raises: trouble is logged, told, and tried again."""
        if time.monotonic() < self._resting_until:
            return False
        try:
            return self._cycle()
        except (psycopg.Error, DatabaseError, BoundaryError, OSError) as error:
            log.warning("following %s: %s", self.context, error)
            self.close()
            if self._is_cut:
                return False
            close_old_connections()
            self._resting_until = max(self._resting_until, time.monotonic() + 0.5)
            self._tell(error=first_line(error))
            return False

    def cut(self) -> None:
        """Cancel what either database does for it at this moment; called from another thread."""
        self._is_cut = True
        if (both := self._both) is not None:
            for connection in (both.monolith, both.service):
                with suppress(psycopg.Error):
                    connection.cancel_safe(timeout=0.5)

    def close(self) -> None:
        """Let go of both databases."""
        if self._stack is not None:
            self._stack.close()
        self._stack = self._both = None
        self._flows = {}

    def _cycle(self) -> bool:
        both = self._connected()
        owner = both.owner()
        if owner is None:
            return self._complete(both)
        looked_at = time.monotonic()
        is_idle = capture.is_empty(both.connection(owner), self.context)
        if is_idle:
            self._level_at = looked_at
        if is_idle and time.monotonic() - self._cycled_at < IDLE_FRESHNESS_SECONDS:
            return False
        with consumer_lock(both.monolith, self.context):
            fault_point("follow.locked")
            if both.owner() == owner:
                self._apply(both, owner)
        self._cycled_at = time.monotonic()
        if self._cycled_at - self._told_at > REPORT_SECONDS:
            gate.give_pass(both.connection(owner), self.context)
            self._tell(owner=owner, lag_rows=capture.backlog(both.connection(owner), self.context))
        return not is_idle

    def _complete(self, both: Both) -> bool:
        """Nobody owns the writes: finish the switch, unless somebody who is alive holds the lock and does it himself."""
        with consumer_lock(both.monolith, self.context):
            was_cut_off = both.owner() is None
            owner = finish(both.pair, both.monolith, both.service)
        if was_cut_off:
            log.warning("a switch of %s was cut off; the %s owns the writes now", self.context, owner)
        self._tell(owner=owner)
        return True

    def _connected(self) -> Both:
        if self._both is None:
            self._stack = ExitStack()
            self._both = self._stack.enter_context(both_sides(current_map().context(self.context)))
            self._flows = {}
            self._verify = self._verify or self._resumed()
            for side in (self._both.monolith, self._both.service):
                if capture.exists(side, self.context):
                    latch.set_ceiling(side, self.context)
        return self._both

    def _apply(self, both: Both, owner: str) -> None:
        """One batch, after a new look at the tables if they have changed since the last one."""
        began = time.monotonic()
        flow = self._flows.get(owner) or pick_up(both, owner)
        try:
            applied = cycle(flow)
        except ShapeChanged:
            log.info("the tables of %s have changed; looking at them again", self.context)
            flow = pick_up(both, owner, before=flow)
            applied = cycle(flow)
        except TableMarked as marked:
            log.warning("%s", marked)
            applied = self._resync(flow, owner)
        self._flows[owner] = flow
        self._count(applied, began)
        if applied.keys > MANY_KEYS:
            capture.vacuum(flow.source, self.context)
        if applied.keys < FEW_KEYS and self._verify is not None and self._verify.is_due():
            began = time.monotonic()
            self._count(self._verify.advance(flow), began)

    def _resync(self, flow: Flow, owner: str) -> Applied:
        """Have the marked tables logged again, and copy what differs in them."""
        self._resting_until = time.monotonic() + REARM_SECONDS
        tables = rearm(flow)
        self._resting_until = 0.0
        names = [table.name for table in tables]

        def tell(table: str, rows: int) -> None:
            if time.monotonic() - self._told_at > REPORT_SECONDS:
                self._tell(owner=owner, resync={"tables": names, "table": table, "rows": rows})

        self._tell(owner=owner, resync={"tables": names, "table": names[0] if names else "", "rows": 0})
        applied = cycle(replace(flow, tell=tell))
        log.warning(
            "%s: %s are followed again, %d rows were copied", self.context, ", ".join(names), applied.rows
        )
        self._tell(owner=owner)
        return applied

    def _count(self, applied: Applied, began: float) -> None:
        """A change that came right after the last look has waited until now, at most."""
        if applied.keys:
            self._lag_seconds = max(self._lag_seconds, time.monotonic() - self._level_at)
        self._level_at = began
        self._rows += applied.rows
        self._cycles += 1

    def _resumed(self) -> ContinuousVerify:
        """The comparison that the last follower was at."""
        told = Extraction.objects.filter(pk=self.context).values_list("follower", flat=True).first() or {}
        return ContinuousVerify(told.get("verify"))

    def _tell(self, **figures: Any) -> None:
        seconds = max(time.monotonic() - self._told_at, REPORT_SECONDS)
        told = {
            "pid": os.getpid(), "host": socket.gethostname(), "rows": self._rows, "cycles": self._cycles,
            "rows_per_second": round((self._rows - self._told_rows) / seconds),
            "lag_seconds": round(self._lag_seconds, 3), **figures,
        }  # fmt: skip
        self._told_at, self._told_rows, self._lag_seconds = time.monotonic(), self._rows, 0.0
        try:
            row = Extraction.objects.filter(pk=self.context)
            # The database's clock, which all who read this share; that of another machine may be wrong.
            now = row.values_list(Now(), flat=True).get()
            verify = {"verify": self._verify.report(now.timestamp())} if self._verify else {}
            row.update(follower={"at": now.timestamp(), **told, **verify})
        except (DatabaseError, Extraction.DoesNotExist):
            log.warning("the follower's report on %s could not be stored", self.context, exc_info=True)
