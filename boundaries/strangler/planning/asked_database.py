"""How is a database asked that only a URL names, in a project that is not running?"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from boundaries.errors import BoundaryError
from boundaries.strangler.planning.catalogue import look_at
from boundaries.strangler.planning.facts import DatabaseFacts, StoredTable
from boundaries.strangler.planning.neighbour import describe_server

_CONNECT_SECONDS = 10
# Long enough to count a million rows on a busy server, short enough to be forgotten about.
_STATEMENT_TIMEOUT = "60s"
_LOCK_TIMEOUT = "2s"


class DatabaseNotAsked(BoundaryError):
    """Raised when the database that a plan was told to ask cannot be asked."""

    code = "BD801"
    problem = "The database for the plan does not answer: {reason}."
    remedy = "Give `--database postgresql://...` or `--database env:NAME`; a role that may read the tables is enough."


def ask(named: str, names: Sequence[str]) -> tuple[DatabaseFacts, dict[str, StoredTable]]:
    """The tables and their neighbours, in one read-only transaction that takes no lock but that of a reader.

    `named` is a URL, or `env:NAME` for the variable that holds one, so that no password need stand on a command line.

    :raises DatabaseNotAsked: when it cannot be reached, refuses, or takes too long.
    """
    try:
        import psycopg
    except ImportError:
        raise DatabaseNotAsked(reason="psycopg is not installed (`django-strangler[move]`)") from None
    try:
        with psycopg.connect(_resolve(named), connect_timeout=_CONNECT_SECONDS) as connection:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            cursor: Any = connection.cursor()
            cursor.execute(f"SET LOCAL statement_timeout = '{_STATEMENT_TIMEOUT}'")
            cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
            facts, stored = look_at(cursor, names, conditions={})
            return describe_server(cursor, facts, stored.values()), stored
    except psycopg.Error as error:
        raise DatabaseNotAsked(reason=(str(error).strip().splitlines() or ["no reason given"])[0]) from None


def _resolve(named: str) -> str:
    variable = named.removeprefix("env:")
    if variable == named:
        return named
    if not os.environ.get(variable):
        raise DatabaseNotAsked(reason=f"{variable} is not set")
    return os.environ[variable]
