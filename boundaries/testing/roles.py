"""Which roles does a database of the tests have, and what may each of them do?

Five per database, named after it, each a login whose password is its own name, none a superuser:

    <db>_owner      owns the database, its schema and its tables; may create databases
    <db>_app        the monolith: reads and writes rows
    <db>_mover      may become the owner, but only by saying so (NOINHERIT and SET ROLE)
    <db>_service    an extracted service: reads and writes rows
    <db>_readonly   reads rows
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from boundaries.errors import BoundaryError
from boundaries.testing.installation import import_driver

KINDS = ("owner", "app", "mover", "service", "readonly")
_ATTRIBUTES = {"owner": "CREATEDB", "mover": "NOINHERIT"}
_LONGEST_NAME = 63 - len("_readonly")


class UnusableName(BoundaryError):
    """Raised when a name cannot be both an identifier and, in upper case, an environment variable."""

    code = "BD704"
    problem = "{name!r} cannot be the name of a cluster or database."
    remedy = (
        "Use a lower case letter, then lower case letters, digits and underscores, 54 characters at most."
    )


def create_roles(*, admin_url: str, database: str) -> None:
    """Create the five roles for a database of that name, or bring existing ones back to the convention.

    The database need not exist.
    """
    with _connect(admin_url) as connection:
        for kind in KINDS:
            _create_role(connection, f"{database}_{kind}", _ATTRIBUTES.get(kind, ""))
        connection.execute(_compose("GRANT {owner} TO {mover}", database))


def create_database(*, admin_url: str, database: str) -> None:
    """Create the five roles and the database, or leave an existing one, and set its grants."""
    create_roles(admin_url=admin_url, database=database)
    with _connect(admin_url) as connection:
        if not _exists(connection, "pg_database", "datname", database):
            connection.execute(_compose("CREATE DATABASE {database} OWNER {owner}", database))
    grant(admin_url=admin_url, database=database)


def grant(*, admin_url: str, database: str, roles_of: str | None = None) -> None:
    """Give the roles of the convention their rights in an existing database, also on tables still to come.

    `roles_of` names the database after which the roles are called, where it is another one (Django's
    `test_…`). Tables that the owner creates later in the schema public are open to app and service at once.
    """
    with _connect(url_for(admin_url, database=database)) as connection:
        for statement in _GRANTS:
            connection.execute(_compose(statement, roles_of or database))


def drop_database(*, admin_url: str, database: str) -> None:
    """Drop what the five roles own in the cluster, its sessions included, then the roles."""
    psycopg = import_driver()
    roles = [f"{database}_{kind}" for kind in KINDS]
    with _connect(admin_url) as connection:
        owned = connection.execute(
            "SELECT datname FROM pg_database JOIN pg_roles r ON r.oid = datdba WHERE rolname = ANY(%s)",
            [roles],
        ).fetchall()
        for (name,) in owned:
            connection.execute(
                psycopg.sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                    psycopg.sql.Identifier(name)
                )
            )
        for role in roles:
            connection.execute(psycopg.sql.SQL("DROP ROLE IF EXISTS {}").format(psycopg.sql.Identifier(role)))


def role_url(*, admin_url: str, database: str, kind: str) -> str:
    """How one of the five roles logs in to the database."""
    return url_for(admin_url, database=database, role=f"{database}_{kind}")


def url_for(url: str, *, database: str, role: str | None = None) -> str:
    """The same server, another database, and another role if one is given."""
    parts = urlsplit(url)
    netloc = (
        parts.netloc if role is None else f"{quote(role)}:{quote(role)}@{parts.netloc.rpartition('@')[2]}"
    )
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{quote(database)}"))


def check_name(name: str) -> str:
    """Return the name if it can be a database's and, in upper case, an environment variable's.

    :raises UnusableName: otherwise.
    """
    reserved = name in ("postgres", "template0", "template1") or name.startswith("pg_")
    is_plain = name.isascii() and name.isidentifier() and name == name.lower() and not name.startswith("_")
    if reserved or not is_plain or len(name) > _LONGEST_NAME:
        raise UnusableName(name=name)
    return name


_BY_DEFAULT = "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public "
_GRANTS = (
    "ALTER SCHEMA public OWNER TO {owner}",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO {app}, {service}, {readonly}, {mover}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app}, {service}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}, {service}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {readonly}",
    _BY_DEFAULT + "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}, {service}",
    _BY_DEFAULT + "GRANT USAGE, SELECT ON SEQUENCES TO {app}, {service}",
    _BY_DEFAULT + "GRANT SELECT ON TABLES TO {readonly}",
)


def _create_role(connection: Any, role: str, attributes: str) -> None:
    sql = import_driver().sql
    verb = "ALTER" if _exists(connection, "pg_roles", "rolname", role) else "CREATE"
    statement = sql.SQL(f"{verb} ROLE {{}} LOGIN NOSUPERUSER NOCREATEROLE {attributes} PASSWORD {{}}")
    connection.execute(statement.format(sql.Identifier(role), sql.Literal(role)))


def _exists(connection: Any, catalogue: str, column: str, name: str) -> bool:
    return connection.execute(f"SELECT 1 FROM {catalogue} WHERE {column} = %s", [name]).fetchone() is not None


def _compose(statement: str, database: str) -> Any:
    sql = import_driver().sql
    names = {kind: sql.Identifier(f"{database}_{kind}") for kind in KINDS}
    return sql.SQL(statement).format(database=sql.Identifier(database), **names)


def _connect(url: str) -> Any:
    return import_driver().connect(url, autocommit=True, connect_timeout=10)
