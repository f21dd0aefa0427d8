"""What is rehearsed on? A throw-away copy of database and code tree, never the real ones."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from boundaries.errors import BoundaryError

_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", "var", "__pycache__", "*.pyc", ".mypy_cache", ".ruff_cache", ".pytest_cache", "node_modules", "*.egg-info"
)  # fmt: skip


SESSIONS_END_SECONDS = 20.0


class CopyFailed(BoundaryError):
    """Raised when the database could not be copied."""

    code = "BD562"
    problem = "The database {database!r} could not be copied: {reason}."
    remedy = "The mover must be a member of the owner, and the owner needs CREATEDB; `provision --print-grants` lists the roles."


def with_database(url: str, name: str) -> str:
    """The same login on another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def database_of(url: str) -> str:
    """The database that a URL names."""
    return urlsplit(url).path.lstrip("/")


def copy_database(mover_url: str, name: str) -> None:
    """Create the database `name` as a copy of the one that the mover's URL names, with all owners and grants.

    A file-level copy when nobody is connected, which takes seconds; otherwise through pg_dump.

    :raises CopyFailed: when neither works.
    """
    drop_database(mover_url, name)
    original = database_of(mover_url)
    try:
        with _as_owner(mover_url) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                    sql.Identifier(name), sql.Identifier(original)
                )
            )
    except psycopg.errors.ObjectInUse:
        _copy_through_dump(mover_url, name)
    except psycopg.Error as error:
        raise CopyFailed(database=original, reason=str(error).strip().splitlines()[0]) from error


def drop_database(mover_url: str, name: str) -> None:
    """Drop a copy. Sessions of processes that have just been ended are waited for: they are not ours to cut off.

    :raises CopyFailed: when somebody stays connected.
    """
    statement = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    deadline = time.monotonic() + SESSIONS_END_SECONDS
    with _as_owner(mover_url) as connection:
        while True:
            try:
                connection.execute(statement)
            except psycopg.errors.ObjectInUse as error:
                if time.monotonic() > deadline:
                    raise CopyFailed(
                        database=name, reason="a session on an older copy does not end"
                    ) from error
                time.sleep(0.1)
            else:
                return


def tag_as_cache(folder: Path) -> None:
    """Tell tools that read source (ours, and others that know the tag) to leave a folder out."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n")


def copy_tree(source: Path, target: Path) -> None:
    """Copy the project's files, without history, environments and caches."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=_LEFT_OUT, symlinks=True)


def _as_owner(mover_url: str) -> psycopg.Connection[tuple[object, ...]]:
    """A connection to the maintenance database, acting as the owner of the mover's database where there is one."""
    connection = psycopg.connect(with_database(mover_url, "postgres"), autocommit=True, connect_timeout=5)
    prefix = (urlsplit(mover_url).username or "").removesuffix("_mover")
    known = connection.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = %s AND pg_has_role(session_user, oid, 'MEMBER')",
        [f"{prefix}_owner"],
    ).fetchone()
    if known:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(str(known[0]))))
    return connection


def _copy_through_dump(mover_url: str, name: str) -> None:
    dump, restore = shutil.which("pg_dump"), shutil.which("psql")
    original = database_of(mover_url)
    if not dump or not restore:
        raise CopyFailed(
            database=original, reason="somebody is connected to it, and pg_dump and psql are not on the path"
        )
    with _as_owner(mover_url) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    with subprocess.Popen([dump, mover_url], stdout=subprocess.PIPE) as dumping:
        done = subprocess.run(
            [restore, "--quiet", "--set", "ON_ERROR_STOP=1", with_database(mover_url, name)],
            stdin=dumping.stdout, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode or dumping.returncode:
        raise CopyFailed(
            database=original, reason=(done.stderr.strip().splitlines() or ["pg_dump failed"])[0]
        )
