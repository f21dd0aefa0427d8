"""A service in a process of its own, behind a real WSGI server with kept-open connections."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import urllib3

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Service:
    """Where it listens, and the process."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path


@contextmanager
def running_service(*, environ: dict[str, str], folder: Path, workers: int = 1) -> Iterator[Service]:
    """Migrate, start, wait until it answers, and end it with its workers."""
    environ = os.environ | environ | {"DJANGO_SETTINGS_MODULE": "tests.facades.wire.service_settings"}
    migrate = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, env=environ, check=True, timeout=60)
    set_owner(environ, is_open=True)
    log = folder / "service.log"
    # The test binds the port and hands it over: nobody can take it in between.
    with socket.create_server(("127.0.0.1", 0)) as listener, log.open("wb") as out:
        command = [
            sys.executable, "-m", "gunicorn", "--bind", f"fd://{listener.fileno()}", "--workers", str(workers), "--threads", "8",
            "--keep-alive", "30", "--graceful-timeout", "1", "django.core.wsgi:get_wsgi_application()",
        ]  # fmt: skip
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environ,
            stdout=out,
            stderr=out,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        _wait_until_it_answers(url, process, log)
        yield Service(url, process, log)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def set_owner(environ: Mapping[str, str], *, is_open: bool) -> None:
    """Open or close the writes of `parcels` in the service's database, as the mover does."""
    with psycopg.connect(environ["DATABASE_URL"]) as session:
        session.execute(
            "UPDATE boundaries_facades_ownership SET open = %s, address = 'http://elsewhere'", [is_open]
        )


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if urllib3.request("GET", url + "/", retries=False, timeout=5).status == 404:
                return
        except urllib3.exceptions.HTTPError:
            time.sleep(0.05)
    raise AssertionError(log.read_text())
