"""Where do the pages come from? The reference monolith, with few bookings, under its own web server."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import urllib3

from boundaries.testing.port import free_port
from boundaries.testing.servers import running

BOOKINGS = 300
START_SECONDS = 30
ADMIN = "operator"
PASSWORD = "only for pictures"


@dataclass(frozen=True)
class Shop:
    """The open shop: its address, and the people who can sign in."""

    url: str
    traveller: str = "traveller-0001"
    traveller_password: str = "travel"
    admin: str = ADMIN
    admin_password: str = PASSWORD


@contextmanager
def open_shop() -> Iterator[Shop]:
    """The shop on a database of its own. This process is connected to it as well, as the owner of the tables."""
    with running(clusters=("monolith", "payments"), redis=False) as servers:
        port = free_port()
        environment = {
            **servers.environ,
            "DJANGO_SETTINGS_MODULE": "monolith.settings",
            "DEBUG": "1",
            "PAYMENTS_URL": "http://127.0.0.1:9",
            "LOG_LEVEL": "ERROR",
        }
        _fill({**environment, "DATABASE_URL": servers.environ["BOUNDARIES_OWNER_URL"]})
        with _web_server(environment, port):
            yield Shop(f"http://127.0.0.1:{port}")


def _fill(environment: Mapping[str, str]) -> None:
    import django

    # Playwright runs a loop in this thread; between two of its calls a query does no harm.
    os.environ.update(environment, DJANGO_ALLOW_ASYNC_UNSAFE="1")
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("seed_travel", bookings=BOOKINGS, stdout=io.StringIO())
    User.objects.create_superuser(ADMIN, password=PASSWORD)


@contextmanager
def _web_server(environment: Mapping[str, str], port: int) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "monolith.wsgi:application", "--bind", f"127.0.0.1:{port}",
         "--threads", "4", "--log-level", "error"],
        env={**os.environ, **environment},
    )  # fmt: skip
    try:
        _wait_until_open(f"http://127.0.0.1:{port}/healthz", process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_until_open(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(urllib3.exceptions.HTTPError):
            if urllib3.request("GET", url, retries=False, timeout=1).status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the shop did not open at {url}")
