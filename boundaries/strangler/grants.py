"""Which roles does a move need, and what may each do?

Least privilege, by convention of name: `<db>_owner` owns the tables, `<db>_app` or `<db>_service` is the application,
`<db>_mover` the applier (a login of its own that may act as the owner), `<db>_readonly` looks. None is a superuser.
"""

from __future__ import annotations

from typing import NamedTuple

from psycopg import sql


class Roles(NamedTuple):
    """The names of the roles of one database."""

    owner: str
    app: str
    mover: str
    service: str
    readonly: str


def roles_of(database: str, *, mover: str = "") -> Roles:
    """The roles that belong to a database: named as its mover is, if that keeps to the convention, else as it."""
    prefix = mover.removesuffix("_mover") if mover.endswith("_mover") else database
    return Roles(*(f"{prefix}_{name}" for name in Roles._fields))


def grants_for(roles: Roles) -> list[tuple[str, sql.Composed]]:
    """What each role needs inside its database, as (role, statement), to be run by the owner."""
    owner = sql.Identifier(roles.owner)
    statements: list[tuple[str, sql.Composed]] = []
    for role in (roles.app, roles.service):
        statements += [
            (role, sql.SQL(text).format(role=sql.Identifier(role), owner=owner))
            for text in (
                "GRANT USAGE ON SCHEMA public TO {role}",
                "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
                "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
            )
        ]
    for text in (
        "GRANT USAGE ON SCHEMA public TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {role}",
    ):
        statements.append(
            (roles.readonly, sql.SQL(text).format(role=sql.Identifier(roles.readonly), owner=owner))
        )
    return statements


def dba_script(*, monolith: str, service: str, context: str) -> str:
    """What a DBA runs once, as a superuser: on the monolith's server, then on the service's."""
    here, there = roles_of(monolith), roles_of(service)
    return "\n".join(
        [
            f"-- {context}: on the server of the monolith's database",
            f"CREATE ROLE {here.mover} LOGIN NOINHERIT PASSWORD '...';",
            f"GRANT {here.owner} TO {here.mover};  -- it says SET ROLE; triggers know it by its login",
            f"GRANT pg_read_all_stats TO {here.owner};  -- to see how far a standby is, and whose transaction is in the way",
            "",
            f"-- {context}: on the server of the service's database",
            f"CREATE ROLE {there.owner};",
            f"CREATE ROLE {there.mover} LOGIN NOINHERIT PASSWORD '...';",
            f"CREATE ROLE {there.service} LOGIN PASSWORD '...';",
            f"CREATE ROLE {there.readonly} LOGIN PASSWORD '...';",
            f"GRANT {there.owner} TO {there.mover};",
            f"GRANT pg_read_all_stats TO {there.owner};  -- the same",
            f"CREATE DATABASE {service} OWNER {there.owner};",
            f"-- the rest is done by `boundaries extract {context} provision`, acting as {there.owner}",
        ]
    )
