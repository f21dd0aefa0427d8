"""One library for the whole suite, put back to a known state before each test."""

from __future__ import annotations

import http.server
import random
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

import boundaries.strangler
from boundaries.faults import all_fault_points
from tests.journeys.library import Library, new_library

STATES = ("provisioned", "following")
# Which points a short run takes is drawn by lot; `nightly` takes all of them.
SEED = 2


class Stand:
    """The library of the suite, with snapshots of its two databases."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def keep(self, state: str) -> None:
        """Remember both databases as they are, under a name."""
        for database in (self.library.monolith, self.library.service):
            _copy(
                database.admin_url,
                source=database.name,
                to=f"{database.name}_{state}",
                owner=database.role("owner"),
            )

    def restore(self, state: str) -> None:
        """Put both databases back to a state that was kept."""
        for database in (self.library.monolith, self.library.service):
            _copy(
                database.admin_url,
                source=f"{database.name}_{state}",
                to=database.name,
                owner=database.role("owner"),
            )


def _copy(admin_url: str, *, source: str, to: str, owner: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as session:
        session.execute(f"DROP DATABASE IF EXISTS {to} WITH (FORCE)")
        session.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source])
        session.execute(f"CREATE DATABASE {to} TEMPLATE {source} OWNER {owner}")


@pytest.fixture(scope="session")
def stand(servers: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A library with 60 fines, in chunks of 7 rows; everything up to `switch-reads` is done once and kept."""
    numbers = {"SHADOW_CALLS_NEEDED": "0", "CHUNK_ROWS": "7"}
    with new_library(tmp_path_factory.mktemp("crashes"), servers, **numbers) as library, _healthy(library):
        with psycopg.connect(library.monolith.app_url) as session:
            session.execute(
                "INSERT INTO fines_fine (loan_id, reader, amount, paid, charged_at) SELECT n, n % 7, 90000, 0, now() FROM generate_series(1, 60) n"
            )
        stand = Stand(library)
        for step in ("plan", "scaffold", "provision"):
            library.step(step)
        stand.keep("provisioned")
        library.step("replicate")
        library.start_follower()
        library.wait_for_follower()
        for step in ("verify", "shadow", "switch-reads"):
            library.step(step)
        library.stop("follow")
        stand.keep("following")
        yield stand


@pytest.fixture
def provisioned(stand: Stand) -> Library:
    """The service's database is there, and nothing else has been done."""
    stand.restore("provisioned")
    return stand.library


@pytest.fixture
def unfollowed(stand: Stand) -> Library:
    """Reads are switched, and nobody follows."""
    stand.restore("following")
    return stand.library


@pytest.fixture
def following(unfollowed: Library) -> Iterator[Library]:
    """Reads are switched, and the follower runs."""
    unfollowed.start_follower()
    unfollowed.wait_for_follower()
    yield unfollowed
    if "follow" in unfollowed.processes:
        unfollowed.stop("follow")


def points_of(*steps: str) -> list[str]:
    """The fault points of these steps, as the source has them."""
    return [point for point in all_fault_points() if point.partition(".")[0] in steps]


def strangler_points() -> set[str]:
    """Every fault point in the source of the room MOVE."""
    room = Path(boundaries.strangler.__file__).parent
    pattern = re.compile(r"""\bfault_point\(\s*["']([a-z0-9_.]+)["']""")
    return {name for path in room.rglob("*.py") for name in pattern.findall(path.read_text(encoding="utf-8"))}


def some_nightly(points: Sequence[str], *, keep: int) -> list[Any]:
    """The points as parameters: `keep` of them, drawn by lot, for every run, and the rest for the long ones."""
    drawn = set(random.Random(f"{SEED} {points}").sample(list(points), min(keep, len(points))))
    return [point if point in drawn else pytest.param(point, marks=pytest.mark.nightly) for point in points]


def in_shell(library: Library) -> dict[str, str]:
    """What to add to this process's environment, which names settings of its own."""
    return {**library.environ, "DJANGO_SETTINGS_MODULE": "library.settings"}


def kit_objects(url: str) -> list[str]:
    """Triggers, functions and tables that a move installs."""
    query = """
        SELECT tgname FROM pg_trigger WHERE tgname LIKE 'boundaries%%'
        UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE 'boundaries%%'
        UNION ALL SELECT relname FROM pg_class WHERE relname ~ '^boundaries_(log|ledger|shape|latch|ceiling|reserve|pass)_'
    """
    with psycopg.connect(url) as session:
        return [row[0] for row in session.execute(query.replace("%%", "%"))]


class _Healthy(http.server.BaseHTTPRequestHandler):
    """What the steps ask of a service that nobody calls here: that it lives."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class _healthy:
    """Answer on the service's address for a block."""

    def __init__(self, library: Library) -> None:
        port = urlsplit(library.environ["FINES_URL"]).port
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port or 0), _Healthy)

    def __enter__(self) -> None:
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


CrashAt = Callable[..., Any]
