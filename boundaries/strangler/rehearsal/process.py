"""How are the processes of a rehearsal started, watched and ended?"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import urllib3

from boundaries.errors import BoundaryError

START_SECONDS = 60.0
STOP_SECONDS = 15.0


class ProcessEnded(BoundaryError):
    """Raised when a process that the rehearsal needs has ended by itself."""

    code = "BD563"
    problem = "{name} ended with {code_}: {reason}."
    remedy = "Its whole output is in {log}."


class NotAnswering(BoundaryError):
    """Raised when a server did not begin to answer in time."""

    code = "BD564"
    problem = "{name} did not answer at {url} within {seconds:.0f} s: {reason}."
    remedy = "Its output is in {log}."


@dataclass(slots=True)
class Running:
    """One process, with the file that takes its output."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Refuse to go on when it has ended.

        :raises ProcessEnded: with the last line that it printed.
        """
        code = self.process.poll()
        if code is not None:
            raise ProcessEnded(name=self.name, code_=code, reason=last_line(self.log), log=self.log)

    def stop(self, *, seconds: float = STOP_SECONDS) -> int:
        """Ask it to end, and kill it when it does not; the exit code."""
        if self.process.poll() is None:
            _signal_group(self.process, signal.SIGTERM)
            try:
                self.process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                _signal_group(self.process, signal.SIGKILL)
        return self.process.wait()


@dataclass(slots=True)
class Stage:
    """The processes of one run, with a folder emptied for it; all of them have ended when the block ends."""

    folder: Path
    running: list[Running] = field(default_factory=list)

    def __enter__(self) -> Self:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for running in reversed(self.running):
            if running.process.poll() is None:
                _signal_group(running.process, signal.SIGTERM)
        for running in reversed(self.running):
            running.stop()

    def start(self, name: str, command: str, *, cwd: Path, env: Mapping[str, str]) -> Running:
        """Start a command in a process group of its own."""
        log = self.folder / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                words(command), cwd=cwd, env=dict(env), stdout=output, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        running = Running(name, process, log)
        self.running.append(running)
        return running

    def check(self) -> None:
        """Refuse to go on when any process has ended by itself."""
        for running in self.running:
            running.check()

    def stop(self, running: Running) -> int:
        """End one process before the others; the exit code."""
        self.running.remove(running)
        return running.stop()


def words(command: str) -> list[str]:
    """A command as a list; programs of this environment (python, gunicorn, celery, boundaries) are found beside it."""
    first, *rest = shlex.split(command)
    beside = Path(sys.executable).parent / first
    if first in {"python", "python3"}:
        return [sys.executable, *rest]
    return [str(beside) if beside.exists() else first, *rest]


def free_port() -> int:
    """A port of the loopback interface that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_answering(running: Running, url: str) -> None:
    """Wait for any HTTP answer below 500.

    :raises ProcessEnded: when it ended meanwhile.
    :raises NotAnswering: when the time is over.
    """
    deadline = time.monotonic() + START_SECONDS
    reason = "no connection"
    while time.monotonic() < deadline:
        running.check()
        try:
            status = urllib3.request("GET", url, timeout=2.0, retries=False).status
        except urllib3.exceptions.HTTPError as error:
            reason = type(error).__name__
        else:
            if status < 500:
                return
            reason = f"status {status}"
        time.sleep(0.1)
    raise NotAnswering(name=running.name, url=url, seconds=START_SECONDS, reason=reason, log=running.log)


def read_procfile(path: Path) -> dict[str, str]:
    """The processes of a Procfile: name → command."""
    lines = (line.partition(":") for line in path.read_text(encoding="utf-8").splitlines() if ":" in line)
    return {name.strip(): command.strip() for name, _, command in lines if not name.startswith("#")}


def last_line(log: Path) -> str:
    """The last line of a log that says something."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else "it printed nothing"


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
