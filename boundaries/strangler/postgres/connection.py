"""How does the mover log in to the two databases of a move?

The applier is known by its login role: triggers compare `session_user`, which no `SET ROLE` and no setting can forge.
The mover acts as the tables' owner (`SET ROLE`), but stays itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from boundaries.conf import setting
from boundaries.contexts.map import Context
from boundaries.errors import BoundaryError

Connection = psycopg.Connection[tuple[Any, ...]]

# Text forms must not depend on whose session it is: checksums compare them.
_SESSION = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'; SET extra_float_digits = 1; SET lc_monetary = 'C'"
# What is committed must be on disk, and on a synchronous standby, whatever the role's default is.
_DURABLE = """
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')
"""
# The server must notice that our machine is gone: its session would hold the operator's lock for two hours.
LIVELINESS = "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"


class MoverUnknown(BoundaryError):
    """Raised when nobody said how the mover logs in."""

    code = "BD505"
    problem = "The mover's login on the monolith's database is not known: {variable} is not set."
    remedy = "Set it to a URL with a login role of its own; `boundaries extract {context} provision --print-grants` lists the grants."


class DatabaseUnreachable(BoundaryError):
    """Raised when one of the two databases does not answer."""

    code = "BD506"
    problem = "The {side} database of {context} cannot be reached: {reason}."
    remedy = "Check the URL and that the server runs; nothing has been changed."


class PoolerBetween(BoundaryError):
    """Raised when a login leads to a pooler: a lock of the session would stay with a stranger, or go with him."""

    code = "BD583"
    problem = "{context}: the {login} reaches PostgreSQL through a connection pooler, which may hand its session to others at any time."
    remedy = "Let {variable} name the server itself, host and port of PostgreSQL. The application may go on through the pooler."


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One side of a move: `side` is "monolith" or "service", `url` the mover's login there."""

    context: str
    side: str
    url: str

    def connect(self, *, autocommit: bool = True) -> Connection:
        """A connection of the mover, acting as the owner of the tables.

        :raises DatabaseUnreachable: when the server does not answer or does not let it in.
        :raises PoolerBetween: when it is not the server that answers.
        """
        try:
            connection = psycopg.connect(
                self.url, autocommit=True, application_name=f"boundaries {self.context}", connect_timeout=5,
                keepalives_idle=5, keepalives_interval=2, keepalives_count=3, target_session_attrs="primary",
            )  # fmt: skip
        except psycopg.Error as error:
            raise DatabaseUnreachable(
                context=self.context, side=self.side, reason=first_line(error)
            ) from error
        if not is_direct(connection):
            connection.close()
            raise PoolerBetween(
                context=self.context,
                login=f"mover's login at the {self.side}",
                variable="MOVER_DATABASE_URL" if self.side == "monolith" else "`service.database` in the map",
            )
        connection.execute(f"{_SESSION}; {LIVELINESS}; {_DURABLE}")
        owner = owner_role(connection)
        if owner is not None:
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(owner)))
        connection.autocommit = autocommit
        return connection

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A connection for a block, closed at its end whatever happens."""
        connection = self.connect()
        try:
            yield connection
        finally:
            connection.close()


@dataclass(frozen=True, slots=True)
class Pair:
    """The monolith's side and the service's side of one context."""

    context: str
    monolith: Endpoint
    service: Endpoint

    def other(self, endpoint: Endpoint) -> Endpoint:
        """The opposite side."""
        return self.service if endpoint is self.monolith else self.monolith


def pair_of(context: Context) -> Pair:
    """Both sides of a context, from the settings and the map.

    :raises MoverUnknown: without a login for the monolith's side.
    :raises boundaries.contexts.map.MissingEnvironment: when the map's `database` names a variable that is not set.
    """
    monolith = monolith_endpoint(context.name)
    if context.service is None:
        raise ServiceUndeclared(context=context.name)
    return Pair(context.name, monolith, Endpoint(context.name, "service", context.service.resolve_database()))


class ServiceUndeclared(BoundaryError):
    """Raised when a context is to be moved whose map has no service table."""

    code = "BD507"
    problem = "The map does not say where {context} is going."
    remedy = "Add [tool.boundaries.contexts.{context}.service] with path, url and database."


def monolith_endpoint(context: str) -> Endpoint:
    """The mover's login on the monolith's database.

    :raises MoverUnknown: when it is not set.
    """
    configured = setting("MOVER_DATABASE_URL") or ""
    if not configured.startswith("env:"):
        return Endpoint(context, "monolith", configured)
    variable = configured.removeprefix("env:")
    if not os.environ.get(variable):
        raise MoverUnknown(variable=variable, context=context)
    return Endpoint(context, "monolith", os.environ[variable])


def owner_role(connection: Connection) -> str | None:
    """The role that owns the kit's tables here, else the database, if the mover may act as it and is not it already."""
    row = connection.execute(
        """
        SELECT pg_get_userbyid(coalesce(
            (SELECT relowner FROM pg_class WHERE oid = to_regclass('boundaries_facades_ownership')),
            (SELECT datdba FROM pg_database WHERE datname = current_database())))
        """
    ).fetchone()
    owner = str(row[0]) if row else None
    may = connection.execute(
        "SELECT %s <> session_user AND pg_has_role(session_user, %s, 'MEMBER')", [owner, owner]
    ).fetchone()
    return owner if may and may[0] else None


def is_direct(connection: Connection) -> bool:
    """Whether this is a session of the server's own: a pooler gives its clients a process id that it has made up."""
    return connection.execute("SELECT pg_backend_pid()").fetchone() == (connection.info.backend_pid,)


def mover_role(connection: Connection) -> str:
    """The login role of this connection, which triggers know as the applier."""
    row = connection.execute("SELECT session_user").fetchone()
    assert row is not None
    return str(row[0])


def first_line(error: Exception) -> str:
    """What a driver says happened, without its advice."""
    lines = str(error).strip().splitlines()
    return lines[0].removeprefix("connection failed: ") if lines else type(error).__name__
