"""Would a commit outlive this server?

A standby that takes over without it would bring back a log entry's row without the entry, or a side that was closed as
open. So the commits that decide are looked for on the standby: that of the target before the source forgets its
entries, and that of the side that was closed before the other one is opened. Where `synchronous_standby_names` is set
the server itself has waited, and the first look finds it done.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from boundaries.conf import setting
from boundaries.errors import BoundaryError
from boundaries.strangler.postgres.connection import Connection

_POLL_SECONDS = 0.002

# Whether to look at all; cheap enough to ride on a statement of each batch.
EXISTS = """
(EXISTS (SELECT FROM pg_stat_get_wal_senders()) OR EXISTS (SELECT FROM pg_get_replication_slots() WHERE slot_type = 'physical'))
"""

# Logical subscribers, backups and archivers do not take over. Without pg_read_all_stats one sees that there is somebody,
# and no more. A physical slot that nobody uses belongs to a standby that is away.
_PROGRESS = """
SELECT count(*) + (SELECT count(*) FROM pg_replication_slots WHERE slot_type = 'physical' AND NOT active),
    count(*) FILTER (WHERE r.state IS NULL), coalesce(string_agg(r.application_name, ', '), 'it is away'),
    coalesce(max(r.flush_lsn) >= %s::pg_lsn, false)
FROM pg_stat_replication r LEFT JOIN pg_replication_slots s ON s.active_pid = r.pid
WHERE s.slot_type IS DISTINCT FROM 'logical' AND r.state IS DISTINCT FROM 'backup'
    AND coalesce(r.application_name, '') NOT IN ('pg_basebackup', 'pg_receivewal')
"""


class StandbyBehind(BoundaryError):
    """Raised when the standby did not confirm a commit in time, or is away."""

    code = "BD556"
    problem = (
        "{context}: the standby of {database!r} ({standby}) has not confirmed a commit within {seconds} s."
    )
    remedy = (
        "Nothing is lost: what was not confirmed is tried again. Look at pg_stat_replication there; "
        "BOUNDARIES['STANDBY'] = 'risk' goes on without it."
    )


class StandbyUnseen(BoundaryError):
    """Raised when there is a standby, and the mover may not see how far it is."""

    code = "BD557"
    problem = "{context}: {database!r} has a standby, but {role} may not see how far it is."
    remedy = "Let a DBA run `GRANT pg_read_all_stats TO {role}`, or set BOUNDARIES['STANDBY'] = 'risk'."


class Progress(NamedTuple):
    """The standbys of a server, those whose state is hidden, their names, and whether one of them has a commit."""

    standbys: int
    hidden: int
    names: str
    is_confirmed: bool


def confirm(connection: Connection, context: str) -> None:
    """Wait until everything that is committed here is on the standby that would take over.

    That is taken to be the one that is furthest. Without a standby there is nothing to wait for.

    :raises StandbyBehind: after `STANDBY_SECONDS`.
    :raises StandbyUnseen: when its progress is hidden from the mover.
    """
    if setting("STANDBY") == "risk":
        return
    row = connection.execute(f"SELECT pg_current_wal_flush_lsn()::text WHERE {EXISTS}").fetchone()
    if row is None:
        return
    deadline = time.monotonic() + setting("STANDBY_SECONDS")
    while not _is_confirmed(connection, context, str(row[0])):
        if time.monotonic() > deadline:
            raise StandbyBehind(
                context=context, database=connection.info.dbname, standby=progress(connection).names,
                seconds=setting("STANDBY_SECONDS"),
            )  # fmt: skip
        time.sleep(_POLL_SECONDS)


def is_there(connection: Connection) -> bool:
    """Whether somebody streams from this server, or has a slot to come back to."""
    return setting("STANDBY") != "risk" and connection.execute(f"SELECT {EXISTS}").fetchone() == (True,)


def progress(connection: Connection, lsn: str = "0/0") -> Progress:
    """The standbys as this server sees them now, and whether one has flushed what is before `lsn`."""
    row = connection.execute(_PROGRESS, [lsn]).fetchone()
    assert row is not None
    return Progress(*row)


def describe(connection: Connection) -> str:
    """In a few words for `status`: who would take over, and whether anything is confirmed there."""
    now = progress(connection)
    if not now.standbys:
        return "none, nothing to confirm"
    if setting("STANDBY") == "risk":
        return f"{now.standbys}, not waited for (STANDBY is 'risk')"
    return "hidden from the mover" if now.hidden else f"{now.names}, each batch is confirmed"


def _is_confirmed(connection: Connection, context: str, lsn: str) -> bool:
    now = progress(connection, lsn)
    if now.hidden:
        role = connection.execute("SELECT current_user").fetchone()
        raise StandbyUnseen(
            context=context, database=connection.info.dbname, role=role[0] if role else "the mover"
        )
    return now.is_confirmed or not now.standbys
