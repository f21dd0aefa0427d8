"""The place in which the guides are followed: a small library with a site, two database clusters, and its visitors."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from boundaries.testing.installation import find_binaries
from boundaries.testing.servers import running
from tests.guides.document import ROOT

PROJECT = ROOT / "tests" / "projects" / "library"
SHADOW_CALLS = 20
FINED_LOANS = 12
WAIT_SECONDS = 30.0
_AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "A reader"), ("EMAIL", "reader@example.org"))
}
_NOT_INHERITED = (
    "DJANGO_SETTINGS_MODULE",
    "PYTHONPATH",
    "DATABASE_URL",
    "CI",
    "BOUNDARIES_FAULT",
    "GITHUB_ACTIONS",
)


@dataclass
class World:
    """One project with its variables and processes; `bare` is a copy of it from before it knew the kit."""

    folder: Path
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def project(self) -> Path:
        """Where the commands of the guides are run."""
        return self.folder / "library"

    @property
    def bare(self) -> Path:
        """The same project without a context map."""
        return self.folder / "bare"

    def start(self, name: str, command: Sequence[str], *, log: Path) -> subprocess.Popen[bytes]:
        """Start a process that runs beside the guides; its output goes to `log`."""
        with log.open("wb") as output:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=self.project,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        return self.processes[name]

    def open_site(self) -> None:
        """Let the library's own site answer, and let some readers bring their books back late."""
        port = self.environment["MONOLITH_URL"].rpartition(":")[2]
        site = [
            "gunicorn",
            "library.wsgi",
            "--bind",
            f"127.0.0.1:{port}",
            "--threads",
            "2",
            "--log-level",
            "warning",
        ]
        self.start("site", site, log=self.folder / "site.log")
        _wait(lambda: self._get("readers/1") is not None, "the site does not answer")
        for reader in range(1, FINED_LOANS + 1):
            loan = self._post("loans/", {"book": 1, "reader": reader})["loan"]
            self._post(f"loans/{loan}/return", {"days_late": reader})

    def visit(self) -> None:
        """Let readers look at their accounts, until enough answers were compared."""

        def enough() -> bool:
            for reader in range(1, FINED_LOANS + 1):
                assert self._get(f"readers/{reader}") is not None
            with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
                row = connection.execute(
                    "SELECT coalesce(sum(calls), 0) FROM boundaries_facades_shadow_tally"
                ).fetchone()
            return row is not None and row[0] >= SHADOW_CALLS

        _wait(enough, "no answers were compared")

    def _get(self, path: str) -> Any:
        with contextlib.suppress(OSError):
            return json.load(urllib.request.urlopen(f"{self.environment['MONOLITH_URL']}/{path}", timeout=10))
        return None

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        request = urllib.request.Request(
            f"{self.environment['MONOLITH_URL']}/{path}", data=json.dumps(body).encode(), method="POST"
        )
        return json.load(urllib.request.urlopen(request, timeout=30))


@contextlib.contextmanager
def library_world(folder: Path) -> Iterator[World]:
    """The project copied into a folder, its databases made and migrated, its site open."""
    copied = shutil.ignore_patterns("__pycache__", "extracted")
    shutil.copytree(PROJECT, folder / "library", ignore=copied)
    shutil.copytree(
        PROJECT, folder / "bare", ignore=shutil.ignore_patterns("__pycache__", "extracted", "boundaries.toml")
    )
    _commit(folder / "library")
    with running(clusters=("library", "fines"), redis=False, given={}) as servers:
        world = World(folder, _environment(servers.environ, folder))
        try:
            _migrate(world)
            world.open_site()
            yield world
        finally:
            from tests.guides.reading import end

            for process in world.processes.values():
                end(process)


def _commit(project: Path) -> None:
    """A project of somebody who works with git."""
    (project / ".gitignore").write_text("__pycache__/\nvar/\n")
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "The library"]):
        subprocess.run(
            ["git", *words], cwd=project, env={**os.environ, **_AUTHOR}, check=True, capture_output=True
        )


def _environment(servers: Mapping[str, str], folder: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    secret = "one secret that the library and fines share"
    return {
        **inherited,
        **servers,
        **_AUTHOR,
        "PATH": os.pathsep.join(
            [str(Path(sys.executable).parent), str(find_binaries()), os.environ.get("PATH", "")]
        ),
        "SECRET_KEY": "only for the guides",
        "BOUNDARIES_KEY_FINES": secret,
        "BOUNDARIES_KEY_MONOLITH": secret,
        "FINES_URL": f"http://127.0.0.1:{_free_port()}",
        "MONOLITH_URL": f"http://127.0.0.1:{_free_port()}",
        "SHADOW_CALLS_NEEDED": str(SHADOW_CALLS),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "PYTHONWARNINGS": "ignore",
        "COLUMNS": "120",
    }


def _migrate(world: World) -> None:
    environment = {**world.environment, "DATABASE_URL": world.environment["BOUNDARIES_OWNER_URL"]}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"]
    subprocess.run(command, cwd=world.project, env=environment, check=True, capture_output=True, timeout=120)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait(fact: Any, otherwise: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not fact():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.1)
