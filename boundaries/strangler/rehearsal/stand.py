"""What does one rehearsal stand on: which databases, processes, ports and variables?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from boundaries.contexts.map import Context
from boundaries.errors import BoundaryError
from boundaries.strangler.rehearsal.configuration import Configuration
from boundaries.strangler.rehearsal.copy import copy_database, database_of, drop_database, with_database
from boundaries.strangler.rehearsal.process import (
    Running,
    Stage,
    free_port,
    read_procfile,
    wait_until_answering,
    words,
)
from boundaries.strangler.trial import VARIABLE

STEP_SECONDS = 1800


class StepEnded(BoundaryError):
    """Raised when a step of the rehearsal was refused or failed."""

    code = "BD565"
    problem = "{step} ended with {result}: {reason}"
    remedy = "Run it by hand in {folder} to look closer."


@dataclass(frozen=True, slots=True)
class Taken:
    """One step as its command reported it."""

    name: str
    seconds: float
    figures: Mapping[str, Any]


class Stand:
    """A copy of the database, the processes on it, and the variables that each of them sees.

    `number` tells the stands of one rehearsal apart: names of databases, and the broker's database.
    """

    def __init__(
        self, *, configuration: Configuration, context: Context, tree: Path, map_file: Path, stage: Stage, number: int,
        settings: Mapping[str, str],
    ) -> None:  # fmt: skip
        self.configuration, self.context, self.tree, self.map_file = configuration, context, tree, map_file
        self.stage = stage
        self.suffix = f"rehearsal_{number}"
        self.number = number
        self.web_url = f"http://127.0.0.1:{free_port()}"
        self.service_url = f"http://127.0.0.1:{free_port()}"
        self.companion_urls: dict[str, str] = {}
        self._settings = settings

    # The databases.

    @property
    def monolith_database(self) -> str:
        """The application's login on the copy of the monolith's database."""
        return self._copied(self.configuration.application_database)

    @property
    def monolith_mover(self) -> str:
        """The mover's login on the copy of the monolith's database."""
        return self._copied(self.configuration.mover_database)

    @property
    def service_mover(self) -> str:
        """The mover's login on the service's database."""
        return self._copied(self.configuration.service_mover_database)

    @property
    def service_database(self) -> str:
        """The service's login on its own database."""
        return self._copied(self.configuration.service_database)

    def create(self) -> None:
        """Copy the monolith's database; the service's is made by `provision`."""
        drop_database(self.configuration.service_mover_database, database_of(self.service_database))
        copy_database(self.configuration.mover_database, database_of(self.monolith_database))

    def drop(self) -> None:
        """Drop both; call it when the processes have ended."""
        drop_database(self.configuration.service_mover_database, database_of(self.service_database))
        drop_database(self.configuration.mover_database, database_of(self.monolith_database))

    # The processes.

    def start_monolith(self) -> None:
        """Start the companions, then the web server and whatever runs beside it; wait until it answers."""
        for companion in self.configuration.companions:
            url = f"http://127.0.0.1:{free_port()}"
            self.companion_urls[companion.name] = url
            command = companion.command.format(port=_port(url), folder=self.stage.folder)
            running = self.stage.start(companion.name, command, cwd=self.tree, env=self.environment())
            wait_until_answering(running, url)
        web = self.stage.start(
            "web",
            self.configuration.web.format(port=_port(self.web_url)),
            cwd=self.tree,
            env=self.environment(),
        )
        for command in self.configuration.processes:
            name = "-".join(word.strip("-./") for word in command.split()[:3] if "=" not in word)
            self.stage.start(name, command, cwd=self.tree, env=self.environment())
        wait_until_answering(web, f"{self.web_url}/healthz")

    def start_service(self) -> list[Running]:
        """Start the processes of the service's own Procfile in its own folder; wait until it answers."""
        folder = self.service_folder
        environment = self.service_environment()
        started = [
            self.stage.start(
                f"service-{name}", _with_port(command, environment["PORT"]), cwd=folder, env=environment
            )
            for name, command in read_procfile(folder / "Procfile").items()
            if name != "release"
        ]
        wait_until_answering(started[0], f"{self.service_url}/healthz")
        return started

    @property
    def service_folder(self) -> Path:
        """The service's folder in the copied tree."""
        assert self.context.service is not None
        original_root = self.map_file.parent
        return self.tree / self.context.service.path.relative_to(original_root)

    # The commands.

    def step(self, name: str, *arguments: str) -> Taken:
        """Run one step as an operator would.

        :raises StepEnded: when it was refused or failed.
        """
        command = ["extract", self.context.name, name, "--json", "--reason", "rehearsal", *arguments]
        done = self.run("boundaries", *command)
        try:
            printed = json.loads(done.stdout)
        except ValueError:
            printed = {}
        if done.returncode:
            error = printed.get("error", {})
            reason = (
                f"{error.get('problem', '')} {error.get('remedy', '')}".strip()
                or _last(done.stderr)
                or "no reason given"
            )
            result = "refused" if done.returncode == 2 and error else "failed"
            raise StepEnded(step=name, result=result, reason=reason, folder=self.tree)
        return Taken(name, printed["seconds"], printed["figures"])

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the monolith to its end."""
        return subprocess.run(
            [*words(command[0]), *command[1:]], cwd=self.tree, env=self.environment(), capture_output=True, text=True,
            timeout=STEP_SECONDS, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    # The variables.

    def environment(self) -> dict[str, str]:
        """What every process of the monolith sees."""
        configuration = self.configuration
        variables = {
            "DATABASE_URL": self.monolith_database,
            "BOUNDARIES_MOVER_URL": self.monolith_mover,
            configuration.service_url_variable: self.service_url,
            configuration.service_database_variable: self.service_mover,
            "PYTHONPATH": str(self.tree),
            # Nobody waits two weeks here; the report says so.
            VARIABLE: "1",
            "BOUNDARIES_SOAK_SECONDS": "0",
            "BOUNDARIES_QUIET_SECONDS": "0",
        }
        return {**self._common(), **variables}

    def service_environment(self) -> dict[str, str]:
        """What every process of the service sees."""
        variables = {
            "DATABASE_URL": self.service_database,
            "PORT": _port(self.service_url),
            "PYTHONPATH": str(self.service_folder),
        }
        return {**self._common(), **variables}

    def _common(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
        companions = {
            companion.url_variable: self.companion_urls[companion.name]
            for companion in self.configuration.companions
            if companion.name in self.companion_urls
        }
        variables = {
            "MONOLITH_URL": self.web_url,
            "PYTHONUNBUFFERED": "1",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        }
        if redis := os.environ.get("REDIS_URL"):
            variables["REDIS_URL"] = urlunsplit(urlsplit(redis)._replace(path=f"/{self.number}"))
        return {**inherited, **self.configuration.environment, **companions, **variables, **self._settings}

    def _copied(self, url: str) -> str:
        return with_database(url, f"{database_of(url)}_{self.suffix}")


_NOT_INHERITED = frozenset({"DJANGO_SETTINGS_MODULE", "PYTHONPATH", "BOUNDARIES_FAULT", "PYTHONHOME"})


def _port(url: str) -> str:
    return str(urlsplit(url).port)


def _with_port(command: str, port: str) -> str:
    return command.replace("${PORT:-8000}", port).replace("${PORT}", port).replace("$PORT", port)


def _last(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""
