"""How does a user work on the little library, from a shell?

A copy of the project, two databases on two clusters, and processes that are started with URLs only.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import urllib3

from boundaries.testing.database import Database, throw_away_database
from boundaries.testing.port import free_port
from tests.waiting import wait_for

PROJECT = Path(__file__).parents[1] / "projects" / "library"
BIN = Path(sys.executable).parent
KEY = "a key that library and fines share"
TABLES = ("fines_fine", "fines_payment", "boundaries_facades_receipt")


@dataclass
class Library:
    """One copy of the project: where it lies, what its processes are told, and those that run."""

    folder: Path
    monolith: Database
    service: Database
    environ: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def service_folder(self) -> Path:
        """Where `scaffold` writes, as the map says."""
        return self.folder / "extracted" / "fines"

    def argv(self, *words: str) -> list[str]:
        """`boundaries …` as a command line."""
        return [str(BIN / "boundaries"), *words]

    def run(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run `boundaries …` in the project's folder to its end."""
        return subprocess.run(
            self.argv(*words), cwd=self.folder, env={**self.environ, **environ},
            capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip

    def extract(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run `boundaries extract fines …`."""
        return self.run("extract", "fines", *words, **environ)

    def step(self, *words: str) -> dict[str, Any]:
        """Run a step that must succeed, and return the one object that it prints."""
        done = self.extract(*words, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def migrate(self) -> None:
        """Create the tables, as their owner."""
        done = subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"], cwd=self.folder,
            env={**self.environ, "DATABASE_URL": self.monolith.owner_url}, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def start(
        self, name: str, argv: Sequence[str], *, cwd: Path | None = None, **environ: str
    ) -> subprocess.Popen[bytes]:
        """Start a process that ends with the library; its output goes into a file beside the project."""
        with (self.folder.parent / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                argv,
                cwd=cwd or self.folder,
                env={**self.environ, **environ},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self.processes[name]

    def start_web(self) -> None:
        """The library itself, behind a real WSGI server."""
        port = self.environ["MONOLITH_URL"].rpartition(":")[2]
        bind = ["--bind", f"127.0.0.1:{port}", "--threads", "8", "--log-level", "warning"]
        self.start("web", [sys.executable, "-m", "gunicorn", *bind, "library.wsgi"])
        self.wait_until_answers(f"{self.environ['MONOLITH_URL']}/readers/0")

    def start_service(self) -> None:
        """The scaffolded service, as its README says."""
        self.start(
            "service", [sys.executable, "-m", "gunicorn"], cwd=self.service_folder,
            DATABASE_URL=self.service.service_url, BOUNDARIES_KEY_MONOLITH=KEY,
            PORT=self.environ["FINES_URL"].rpartition(":")[2], WEB_CONCURRENCY="1",
        )  # fmt: skip
        self.wait_until_answers(f"{self.environ['FINES_URL']}/healthz")

    def start_follower(self) -> None:
        """`boundaries follow`."""
        self.start("follow", self.argv("follow"))

    def wait_until_answers(self, url: str) -> None:
        """Until the address answers with 200."""
        wait_for(lambda: _answers(url), seconds=30, what=f"{url} to answer")

    def wait_for_follower(self) -> None:
        """Until the follower has said something within the last second."""
        query = "SELECT coalesce((follower->>'at')::float, 0), follower->>'error' FROM boundaries_strangler_extraction"

        def is_heard() -> bool:
            with psycopg.connect(self.monolith.app_url) as session:
                row = session.execute(query).fetchone()
            return row is not None and time.time() - row[0] < 2 and row[1] is None

        wait_for(is_heard, seconds=20, what="the follower to report")

    def stop(self, name: str, number: int = signal.SIGTERM) -> int:
        """End one process and return its exit code."""
        process = self.processes.pop(name)
        process.send_signal(number)
        try:
            return process.wait(15)
        finally:
            _kill(process)

    def log(self, name: str) -> str:
        """What a process has printed."""
        return (self.folder.parent / f"{name}.log").read_text()

    def rows(self, side: str, table: str) -> list[str]:
        """All rows of a table on one side as text, sorted."""
        with psycopg.connect(self.url(side)) as session:
            where = "WHERE context = 'fines'" if "receipt" in table else ""
            return [row[0] for row in session.execute(f"SELECT t::text FROM {table} t {where} ORDER BY 1")]

    def url(self, side: str) -> str:
        """How the mover logs in to "monolith" or "service"; it may read everything as a member of the owner."""
        return self.monolith.superuser_url if side == "monolith" else self.service.superuser_url

    def open_sides(self) -> list[str]:
        """The sides whose databases accept writes now."""
        query = "SELECT open FROM boundaries_facades_ownership WHERE context = 'fines'"
        found = []
        for side in ("monolith", "service"):
            with psycopg.connect(self.url(side)) as session:
                row = session.execute(query).fetchone()
            found += [side] if row and row[0] else []
        return found

    def wait_until_level(self) -> None:
        """Until both change logs are empty: the follower has brought everything over."""
        query = "SELECT count(*) FROM boundaries_log_fines"

        def is_level() -> bool:
            counts = []
            for side in ("monolith", "service"):
                with psycopg.connect(self.url(side)) as session:
                    row = session.execute(query).fetchone()
                    counts.append(row[0] if row else 0)
            return counts == [0, 0]

        wait_for(is_level, seconds=20, what="the follower to empty both logs")

    def assert_equal(self) -> None:
        """Both sides hold the same rows."""
        for table in TABLES:
            left, right = self.rows("monolith", table), self.rows("service", table)
            assert left == right, f"{table}: {set(left) ^ set(right)}"


@contextmanager
def new_library(folder: Path, servers: Any, **environ: str) -> Iterator[Library]:
    """A copy of the project with a migrated database, the roles for a second one, and nothing running yet."""
    shutil.copytree(PROJECT, folder / "library", ignore=shutil.ignore_patterns("__pycache__", "extracted"))
    with (
        throw_away_database(admin_url=servers.admin_url("alpha")) as monolith,
        throw_away_database(admin_url=servers.admin_url("beta"), create=False) as service,
    ):
        library = Library(
            folder / "library", monolith, service, _environ(servers, monolith, service) | environ
        )
        try:
            library.migrate()
            yield library
        finally:
            for process in library.processes.values():
                _kill(process)


def _environ(servers: Any, monolith: Database, service: Database) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DJANGO_SETTINGS_MODULE", "PYTEST_CURRENT_TEST"}
    }
    return inherited | {
        "DATABASE_URL": monolith.app_url,
        "BOUNDARIES_MOVER_URL": monolith.mover_url,
        "FINES_DATABASE_URL": service.mover_url,
        "FINES_URL": f"http://127.0.0.1:{free_port()}",
        "MONOLITH_URL": f"http://127.0.0.1:{free_port()}",
        "REDIS_URL": servers.environ["REDIS_URL"],
        "BOUNDARIES_KEY_FINES": KEY,
        "SECRET_KEY": "only for tests",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _answers(url: str) -> bool:
    try:
        return urllib3.request("GET", url, retries=False, timeout=5).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
