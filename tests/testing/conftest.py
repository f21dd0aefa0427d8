"""A supervisor in a process of its own, ended after each test."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from boundaries.testing.servers import Servers
from tests.waiting import wait_for

ROOT = Path(__file__).parents[2]
SERVER_VARIABLES = ("DATABASE_URL", "REDIS_URL", "SOLO_ADMIN_URL", "BOUNDARIES_LAIR")


@dataclass
class Supervisor:
    """`python -m boundaries.testing.servers` around a command that says where it is and stays."""

    process: subprocess.Popen[str]
    folder: Path
    lair: str = field(init=False)

    def wait_until_command_runs(self) -> None:
        self.lair = wait_for((self.folder / "lair").exists) and (self.folder / "lair").read_text()

    def wait(self) -> tuple[int, str]:
        _, errors = self.process.communicate(timeout=30)
        return self.process.returncode, errors


# Written under another name first, so that whoever sees the file sees all of it.
STAY = """\
import os, pathlib, signal, sys, time
signal.signal(signal.SIGINT, lambda *_: sys.exit(7))
folder = pathlib.Path(sys.argv[1])
(folder / "lair.new").write_text(os.environ["BOUNDARIES_LAIR"])
(folder / "lair.new").rename(folder / "lair")
time.sleep(60)
"""


@pytest.fixture
def plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in SERVER_VARIABLES}


@pytest.fixture
def environment_with_clusters(plain_environment: dict[str, str], servers: Servers) -> dict[str, str]:
    """For a test run of its own that needs no clusters of its own."""
    return plain_environment | {name: servers.environ[name] for name in ("ALPHA_ADMIN_URL", "BETA_ADMIN_URL")}


@pytest.fixture
def supervise(tmp_path: Path, plain_environment: dict[str, str]) -> Iterator[Callable[..., Supervisor]]:
    started: list[Supervisor] = []

    def start(*command: str, options: tuple[str, ...] = ("--clusters", "solo"), **changes: Any) -> Supervisor:
        command = command or (sys.executable, "-c", STAY, str(tmp_path))
        process = subprocess.Popen(
            [sys.executable, "-m", "boundaries.testing.servers", *options, "--", *command],
            cwd=ROOT,
            env=plain_environment | changes.pop("env", {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **changes,
        )
        started.append(Supervisor(process, tmp_path))
        return started[-1]

    yield start
    for supervisor in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(supervisor.process.pid, signal.SIGTERM)
        supervisor.process.communicate(timeout=30)
