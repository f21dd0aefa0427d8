"""Who may work on a context's move right now?

Two session-level advisory locks in the monolith's database: one for the operator's steps, one for the consumer of the
log. A session that dies lets go of both. Behind a pooler a session is nobody's own: there no lock is taken.
"""

from __future__ import annotations

import contextlib
import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connections

from boundaries.conf import setting
from boundaries.errors import BoundaryError
from boundaries.strangler.postgres.connection import (
    LIVELINESS,
    Connection,
    MoverUnknown,
    PoolerBetween,
    is_direct,
    monolith_endpoint,
)

_NOBODY = "it has just ended"


class StepUnderWay(BoundaryError):
    """Raised when somebody else is running a step of the same context."""

    code = "BD513"
    problem = "Another process is running a step of {context}: {holder}."
    remedy = "Wait for it, or end that process; the steps can be run again after a kill."


class ConsumerBusy(BoundaryError):
    """Raised when the log's consumer could not be had in time."""

    code = "BD514"
    problem = (
        "The change log of {context} is being applied by another process for more than {seconds} s: {holder}."
    )
    remedy = "Look at `boundaries extract {context} status`; a hung follower can be killed at any time."


@contextmanager
def operation_lock(context: str, step: str) -> Iterator[None]:
    """Hold the right to run steps of `context`, or refuse at once.

    :raises StepUnderWay: naming the session that has it.
    :raises boundaries.strangler.postgres.connection.PoolerBetween: when no session of the server's own can be had.
    """
    with _session(context) as connection:
        connection.execute(LIVELINESS)
        connection.execute("SELECT set_config('application_name', %s, false)", [_say(context, step)])
        if not _try(connection, "step", context):
            raise StepUnderWay(context=context, holder=_holder(connection, "step", context))
        yield


@contextmanager
def _session(context: str) -> Iterator[Connection]:
    """A connection of its own, as the application: `plan` and `scaffold` need no mover's login yet.

    Where the application goes through a pooler, as the mover: it is the same database, so that the lock is the same.
    """
    with _application_session() as connection:
        if is_direct(connection):
            yield connection
            return
    try:
        mover = monolith_endpoint(context)
    except MoverUnknown as unknown:
        raise PoolerBetween(
            context=context, login="application's login", variable="MOVER_DATABASE_URL"
        ) from unknown
    with mover.session() as connection:
        yield connection


@contextmanager
def _application_session() -> Iterator[Connection]:
    wrapper = connections.create_connection(setting("DATABASE"))
    try:
        wrapper.ensure_connection()
        yield wrapper.connection
    finally:
        wrapper.close()


def is_step_under_way(connection: Connection, context: str) -> bool:
    """Whether some session holds the right to run steps of `context`; takes no lock to find out."""
    return _holder(connection, "step", context) != _NOBODY


@contextmanager
def consumer_lock(connection: Connection, context: str, *, seconds: float = 30.0) -> Iterator[None]:
    """Hold the right to consume the log of `context`; waits for the present consumer's cycle to end.

    :raises ConsumerBusy: when it did not in time.
    """
    # Blocking, so that waiters are served in the order of their coming, however busy the follower is.
    connection.execute("SELECT set_config('lock_timeout', %s, false)", [f"{round(seconds * 1000)}ms"])
    try:
        connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [_name("consumer", context)])
    except psycopg.errors.LockNotAvailable:
        holder = _holder(connection, "consumer", context)
        raise ConsumerBusy(context=context, seconds=seconds, holder=holder) from None
    finally:
        connection.execute("SET lock_timeout = 0")
    try:
        yield
    finally:
        # A lost connection has let go by itself, and must not hide what ended the block.
        with contextlib.suppress(psycopg.OperationalError):
            connection.execute(
                "SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [_name("consumer", context)]
            )


def _try(connection: Connection, kind: str, context: str) -> bool:
    row = connection.execute(
        "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [_name(kind, context)]
    ).fetchone()
    return bool(row and row[0])


def _holder(connection: Connection, kind: str, context: str) -> str:
    row = connection.execute(
        """
        SELECT a.application_name, a.pid, a.backend_start::timestamp(0)
        FROM pg_locks l JOIN pg_stat_activity a USING (pid), (SELECT hashtextextended(%s, 0) AS key) k
        WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND (l.classid::bigint << 32 | l.objid::bigint) = k.key
        """,
        [_name(kind, context)],
    ).fetchone()
    return f"{row[0]}, database pid {row[1]}, since {row[2]}" if row else _NOBODY


def _say(context: str, step: str) -> str:
    return f"boundaries {context} {step} by {getpass.getuser()} pid {os.getpid()}"[:63]


def _name(kind: str, context: str) -> str:
    return f"boundaries {kind} {context}"
