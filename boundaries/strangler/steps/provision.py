"""Step: create the service's database and schema, and compare it with the source."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from boundaries.errors import BoundaryError
from boundaries.faults import fault_point
from boundaries.strangler.flow import both_sides, require_service_database
from boundaries.strangler.gate import Gate
from boundaries.strangler.grants import Roles, grants_for, roles_of
from boundaries.strangler.postgres import fingerprint, partition
from boundaries.strangler.postgres.connection import Endpoint, owner_role, pair_of
from boundaries.strangler.step import Move

MIGRATE_SECONDS = 300


class DatabaseNotCreated(BoundaryError):
    """Raised when the service's database does not exist and the mover may not create it."""

    code = "BD542"
    problem = "The database {database!r} does not exist and could not be created: {reason}."
    remedy = "Let a DBA run what `boundaries extract {context} provision --print-grants` prints, then run provision again."


class MigrationFailed(BoundaryError):
    """Raised when the service's own migrations did not run through."""

    code = "BD543"
    problem = "`manage.py migrate` in {folder} failed: {reason}."
    remedy = "Run it there by hand to see all of it; provision can be run again."


class SchemaUnlike(BoundaryError):
    """Raised when the service's tables are not the source's."""

    code = "BD544"
    problem = "{count} differences between the schemas of {context}; the first: {first}."
    remedy = "Correct the service's migrations so that the tables are the same, then run provision again."


class Provision:
    """Creates database, schema and grants of the service, and compares column by column."""

    name = "provision"
    what = "creates the service's database and schema, and compares it with the source"
    way_back = "drop the service's database"
    comes_after = "scaffold"
    destructive = False

    def gates(self, move: Move) -> Iterable[Gate]:
        """The service's code is there."""
        service = move.context.service
        folder = service.path if service else None
        yield Gate(
            "the service's code is there", bool(folder and (folder / "manage.py").exists()), str(folder),
            f"Run `boundaries extract {move.name} scaffold`.",
        )  # fmt: skip

    def describe(self, move: Move) -> list[str]:
        """The database and where its schema comes from."""
        assert move.context.service is not None
        return [
            f"create the database {_database(pair_of(move.context).service)!r} if it does not exist",
            f"run `manage.py migrate` in {move.context.service.path}",
            "create the partitions that the source has",
            "compare every column and constraint with the source",
        ]

    def run(self, move: Move) -> dict[str, Any]:
        """Create, migrate, grant, compare.

        :raises DatabaseNotCreated, MigrationFailed, SchemaUnlike: saying what to do; run it again afterwards.
        """
        endpoint = pair_of(move.context).service
        move.progress.report("creating the database")
        created = _create_database(endpoint)
        fault_point("provision.created")
        _set_grants(move, endpoint)
        move.progress.report("running the service's migrations")
        _migrate(move, endpoint)
        fault_point("provision.migrated")
        move.progress.report("comparing the schemas")
        tables = _compare(move)
        return {"database": _database(endpoint), "created": created, "tables": tables, "differences": 0}


STEP = Provision()


def _create_database(endpoint: Endpoint) -> bool:
    """Create the database unless it exists; whether it was created now."""
    try:
        psycopg.connect(endpoint.url, connect_timeout=5).close()
        return False
    except psycopg.OperationalError as error:
        if "does not exist" not in str(error):
            endpoint.connect()
    database = _database(endpoint)
    try:
        with psycopg.connect(
            endpoint.url, dbname="postgres", autocommit=True, connect_timeout=5
        ) as connection:
            owner = _roles(endpoint).owner
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [owner]).fetchone()
            if known:
                connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(owner)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[-1]
        raise DatabaseNotCreated(database=database, reason=reason, context=endpoint.context) from error
    return True


def _set_grants(move: Move, endpoint: Endpoint) -> None:
    """Let the service's roles use what its migrations will create; roles that do not exist are left out."""
    with endpoint.session() as connection:
        require_service_database(move.context, connection)
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role, statement in grants_for(_roles(endpoint)):
            if role in known:
                connection.execute(statement)


def _migrate(move: Move, endpoint: Endpoint) -> None:
    """Run the service's own migrations as the owner of its database, in a process of its own."""
    assert move.context.service is not None
    folder = move.context.service.path
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    environment["DATABASE_URL"] = _as_owner(endpoint)
    environment.setdefault("SECRET_KEY", secrets.token_hex(16))
    try:
        done = subprocess.run(
            [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=MIGRATE_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise MigrationFailed(folder=folder, reason=f"no end after {MIGRATE_SECONDS} s") from None
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise MigrationFailed(folder=folder, reason=lines[-1] if lines else f"exit code {done.returncode}")


def _compare(move: Move) -> int:
    with both_sides(move.context) as both:
        left = both.tables("monolith")
        partition.make_alike(both.service, left, both.tables("service"))
        right = both.tables("service")
        lines = fingerprint.differences(
            both.monolith,
            both.service,
            left,
            right,
            with_constraints=not _is_set_aside(both.service, move.name),
        )
    if lines:
        raise SchemaUnlike(context=move.name, count=len(lines), first=lines[0], lines=lines)
    return len(left)


def _is_set_aside(connection: psycopg.Connection[Any], context: str) -> bool:
    """Whether indexes and constraints wait for the end of a backfill, so that they cannot be compared now."""
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [f"boundaries_shape_{context}"]).fetchone()
    if not row or not row[0]:
        return False
    waiting = connection.execute(
        sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(sql.Identifier(f"boundaries_shape_{context}"))
    ).fetchone()
    return bool(waiting and waiting[0])


def _as_owner(endpoint: Endpoint) -> str:
    """The mover's URL with the owner's role taken at the start of each session."""
    with endpoint.session() as connection:
        owner = owner_role(connection)
        acting = connection.execute("SELECT current_user").fetchone()
    role = str(acting[0]) if acting else owner
    separator = "&" if "?" in endpoint.url else "?"
    return f"{endpoint.url}{separator}options={quote(f'-c role={role}')}"


def _roles(endpoint: Endpoint) -> Roles:
    return roles_of(_database(endpoint), mover=urlsplit(endpoint.url).username or "")


def _database(endpoint: Endpoint) -> str:
    return urlsplit(endpoint.url).path.lstrip("/")


# The service must find its own settings, code and context map, not those of the project that called us.
_NOT_INHERITED = frozenset({"DJANGO_SETTINGS_MODULE", "PYTHONPATH", "BOUNDARIES_FAULT", "DATABASE_URL"})
