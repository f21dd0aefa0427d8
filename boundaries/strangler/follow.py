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
from contextlib import ExitStack
from typing import Any

import psycopg
from django.db import DatabaseError, close_old_connections
from django.db.models.functions import Now

from boundaries.conf import setting
from boundaries.contexts.map import current_map
from boundaries.errors import BoundaryError
from boundaries.facades import startup
from boundaries.faults import fault_point
from boundaries.strangler.flow import Both, both_sides
from boundaries.strangler.lock import consumer_lock
from boundaries.strangler.models import Extraction, Wanted
from boundaries.strangler.pickup import pick_up
from boundaries.strangler.postgres import capture
from boundaries.strangler.postgres.apply import Flow, cycle
from boundaries.strangler.postgres.connection import first_line
from boundaries.strangler.postgres.drift import ShapeChanged
from boundaries.strangler.postgres.switch import finish

log = logging.getLogger("boundaries.follow")

REPORT_SECONDS = 1.0
IDLE_FRESHNESS_SECONDS = 0.2
WANTED_SECONDS = 1.0


def follow_forever(stop: threading.Event) -> None:
    """Follow every wanted context until `stop` is set; a started cycle is always finished.

    :raises BoundaryError: at the start, when routes and owners cannot be read.
    """
    startup.require_ready()
    followers: dict[str, Follower] = {}
    looked_at = 0.0
    while not stop.is_set():
        if time.monotonic() - looked_at > WANTED_SECONDS:
            followers = _wanted(followers)
            looked_at = time.monotonic()
        is_busy = [follower.turn() for follower in followers.values()]
        if not any(is_busy):
            stop.wait(setting("FOLLOW_IDLE_SECONDS"))
    for follower in followers.values():
        follower.close()


def _wanted(present: dict[str, Follower]) -> dict[str, Follower]:
    """The followers that should exist now; those that should not are closed."""
    try:
        close_old_connections()
        names = set(Extraction.objects.filter(wanted=Wanted.FOLLOWING).values_list("context", flat=True))
    except DatabaseError:
        log.warning("the wanted state could not be read; going on with the last one", exc_info=True)
        return present
    for name in present.keys() - names:
        present[name].close()
    return {name: present.get(name) or Follower(name) for name in sorted(names)}


class Follower:
    """Follows one context; survives lost connections and reports on itself each second."""

    def __init__(self, context: str) -> None:
        self.context = context
        self._stack: ExitStack | None = None
        self._both: Both | None = None
        self._flows: dict[str, Flow] = {}
        self._told_at = self._cycled_at = self._resting_until = 0.0
        self._rows = 0
        self._cycles = 0

    def turn(self) -> bool:
        """One cycle; whether there was anything to do. Never raises: trouble is logged, told, and tried again."""
        if time.monotonic() < self._resting_until:
            return False
        try:
            return self._cycle()
        except (psycopg.Error, DatabaseError, BoundaryError, OSError) as error:
            log.warning("following %s: %s", self.context, error)
            self.close()
            close_old_connections()
            self._resting_until = time.monotonic() + 0.5
            self._tell(error=first_line(error))
            return False

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
        is_idle = capture.is_empty(both.connection(owner), self.context)
        if is_idle and time.monotonic() - self._cycled_at < IDLE_FRESHNESS_SECONDS:
            return False
        with consumer_lock(both.monolith, self.context):
            fault_point("follow.locked")
            if both.owner() == owner:
                self._apply(both, owner)
        self._cycled_at = time.monotonic()
        if self._cycled_at - self._told_at > REPORT_SECONDS:
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
        return self._both

    def _apply(self, both: Both, owner: str) -> None:
        """One batch, after a new look at the tables if they have changed since the last one."""
        flow = self._flows.get(owner) or pick_up(both, owner)
        try:
            applied = cycle(flow)
        except ShapeChanged:
            log.info("the tables of %s have changed; looking at them again", self.context)
            flow = pick_up(both, owner, before=flow)
            applied = cycle(flow)
        self._flows[owner] = flow
        self._rows += applied.rows
        self._cycles += 1

    def _tell(self, **figures: Any) -> None:
        self._told_at = time.monotonic()
        told = {
            "pid": os.getpid(), "host": socket.gethostname(),
            "rows": self._rows, "cycles": self._cycles, **figures,
        }  # fmt: skip
        try:
            row = Extraction.objects.filter(pk=self.context)
            # The database's clock, which all who read this share; that of another machine may be wrong.
            now = row.values_list(Now(), flat=True).get()
            row.update(follower={"at": now.timestamp(), **told})
        except (DatabaseError, Extraction.DoesNotExist):
            log.warning("the follower's report on %s could not be stored", self.context, exc_info=True)
