"""What is copied for a rehearsal: the user's own database, or a seeded one?"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg

from boundaries.errors import BoundaryError
from boundaries.strangler.rehearsal.configuration import Configuration
from boundaries.strangler.rehearsal.process import words


class SeedFailed(BoundaryError):
    """Raised when a command that prepares the project, or migrates it at the end, failed."""

    code = "BD567"
    problem = "{command} failed: {reason}."
    remedy = "Run it by hand with the same DATABASE_URL."


def prepare_source(configuration: Configuration, tree: Path, *, bookings: int, seed: int) -> str:
    """Migrate and seed the database if it is empty; says in a few words what there is.

    :raises SeedFailed: with the last line of the command that failed.
    """
    if not _is_empty(configuration.mover_database):
        return "the database has tables already; it is copied as it is"
    owner = as_owner(configuration.mover_database)
    environment = {**os.environ, **configuration.environment, "PYTHONPATH": str(tree)}
    run_command(environment, tree, "python manage.py migrate --no-input --verbosity 0", owner)
    if not configuration.seed:
        return "migrated, nothing to seed"
    printed = run_command(environment, tree, configuration.seed.format(bookings=bookings, seed=seed), owner)
    lines = printed.strip().splitlines()
    return lines[-1] if lines else "seeded"


def _is_empty(url: str) -> bool:
    with psycopg.connect(url, connect_timeout=5) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    return row is None or row[0] == 0


def as_owner(url: str) -> str:
    """The mover's URL, acting as the database's owner from the start of each session."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        row = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    return f"{url}{'&' if '?' in url else '?'}options={quote(f'-c role={row[0]}')}"


def run_command(environment: Mapping[str, str], tree: Path, command: str, database: str) -> str:
    """What a command of the project prints that works on this database.

    :raises SeedFailed: with its last line.
    """
    environment = {**environment, "DATABASE_URL": database}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        words(command),
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise SeedFailed(command=command, reason=lines[-1] if lines else f"exit code {done.returncode}")
    return done.stdout
