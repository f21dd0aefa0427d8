"""What does one run of the suite stand on, and how does each cycle begin with fresh databases?

Two real clusters, a copy of the depot, the network's proxy, the movers, an address that answers /healthz. The journey
is walked once; both databases are kept as templates at three stations, and each cycle gets copies of them, made while
the cycle before is still running.
"""

from __future__ import annotations

import contextlib
import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from boundaries.testing.database import Database, throw_away_database
from boundaries.testing.port import free_port
from boundaries.testing.servers import Servers, running
from tests.chaos.mover import Mover
from tests.chaos.pooler import BINARY, Pooler
from tests.chaos.proxy import Proxy

CONTEXT = "stock"
PROJECT = Path(__file__).parents[1] / "projects" / "depot"
STATIONS = ("provisioned", "following", "switched")
SIDES = ("monolith", "service")
LINKS = ("mover_monolith", "mover_service", "app_monolith", "app_service")
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), Path("/nowhere"))
_MARKED = f"""
SELECT EXISTS (SELECT FROM pg_class WHERE relkind = 'S' AND starts_with(relname, 'boundaries_latch_{CONTEXT}_')
               AND pg_sequence_last_value(oid) = 1)
"""
_SEED = """
INSERT INTO stock_register (name, history) SELECT 'r' || n, '' FROM generate_series(1, 6) n;
INSERT INTO stock_register (name, history) VALUES ('repeatable read', ''), ('serializable', '');
INSERT INTO stock_mark (name) SELECT 'm' || n FROM generate_series(1, 5) n;
INSERT INTO stock_pallet (writer, label) SELECT 'seed', 'seed-' || n FROM generate_series(1, 40) n;
UPDATE stock_pallet SET below_id = id - 1 WHERE label <> 'seed-1';
INSERT INTO stock_item (pallet_id, name) SELECT id, label FROM stock_pallet;
UPDATE stock_pallet p SET best_id = i.id FROM stock_item i WHERE i.pallet_id = p.id;
INSERT INTO stock_pallet_marks (pallet_id, mark_id) SELECT p.id, m.id FROM stock_pallet p, stock_mark m WHERE p.id % 3 = m.id % 3;
INSERT INTO stock_bay (id, writer, place, code, balance) SELECT 'seed-' || n, 'seed', n::text, 'seed-' || n, 0 FROM generate_series(1, 20) n;
"""


class Stand:
    """Everything that lives longer than a cycle."""

    def __init__(
        self, stack: ExitStack, servers: Servers, folder: Path, *, small_disk: Path | None, mutant: str = ""
    ) -> None:
        self.servers, self.folder, self.mutant = servers, folder, mutant
        self.stack = stack
        shutil.copytree(PROJECT, folder / "depot", ignore=shutil.ignore_patterns("__pycache__", "extracted"))
        self.databases: dict[str, Database] = {
            "monolith": stack.enter_context(throw_away_database(admin_url=servers.admin_url("alpha"))),
            "service": stack.enter_context(
                throw_away_database(admin_url=servers.admin_url("beta"), create=False)
            ),
        }
        self.clusters = {"monolith": servers.clusters["alpha"], "service": servers.clusters["beta"]}
        upstream = {link: self.clusters[link.rpartition("_")[2]].port for link in LINKS}
        self.proxy = Proxy(upstream)
        stack.callback(self.proxy.close)
        self.environ = self._environ()
        self.url = f"{self.environ['STOCK_URL']}/healthz"
        stack.enter_context(_healthy(urlsplit(self.url).port or 0))
        self._migrate()
        self.mover = self._new_mover()
        self._clocked: Mover | None = None
        self._pooler: Pooler | None = None
        self.small_disk = small_disk
        self._pool = ThreadPoolExecutor(2)
        stack.callback(self._pool.shutdown)
        self._next: tuple[str, list[Future[None]]] | None = None

    def lacks(self) -> dict[str, str]:
        """The faults that this machine cannot make, and what would help."""
        needed = {
            "pgbouncer": (Path(BINARY).exists(), "apt-get install pgbouncer"),
            "clock_jump": (FAKETIME.exists(), "apt-get install faketime"),
            "disk_full": (self.small_disk is not None, "run as a user who may mount a tmpfs"),
        }
        return {fault: remedy for fault, (is_there, remedy) in needed.items() if not is_there}

    def superuser(self, side: str) -> psycopg.Connection[Any]:
        """A superuser's session on one side, autocommitting."""
        return psycopg.connect(self.databases[side].superuser_url, autocommit=True, connect_timeout=5)

    def app_url(self, side: str, *, link: bool = False) -> str:
        """How the application logs in to a side, past the network's proxy or through it."""
        url = self.databases[side].app_url if side == "monolith" else self.databases[side].service_url
        return _at_port(url, self.proxy.ports[f"app_{side}"]) if link else url

    @property
    def clocked(self) -> Mover:
        """A mover whose clock can be set with `set_clock`."""
        if self._clocked is None:
            self.set_clock(0)
            self._clocked = self._new_mover(
                preload=str(FAKETIME), FAKETIME_TIMESTAMP_FILE=str(self.folder / "clock"), FAKETIME_NO_CACHE="1",
                FAKETIME_DONT_FAKE_MONOTONIC="1",
            )  # fmt: skip
        return self._clocked

    def set_clock(self, seconds: int) -> None:
        """How far the clock of `clocked` is off from now on."""
        draft = self.folder / "clock.new"
        draft.write_text(f"{seconds:+d}\n")
        draft.replace(self.folder / "clock")

    def pooled_url(self, side: str) -> str:
        """How the application logs in to a side through PgBouncer, in transaction mode."""
        if self._pooler is None:
            urls = {side: self.app_url(side) for side in ("monolith", "service")}
            account = self.clusters["monolith"].account
            self._pooler = Pooler(urls, folder=self.folder / "pooler", account=account)
            self.stack.callback(self._pooler.close)
        return self._pooler.url(side)

    def put_log_on_small_disk(self, side: str) -> None:
        """Move the change log of the side that is open to the disk that can be filled."""
        assert self.small_disk is not None
        with self.superuser(side) as session:
            if not session.execute("SELECT 1 FROM pg_tablespace WHERE spcname = 'small'").fetchone():
                place = self.small_disk / side
                place.mkdir(exist_ok=True)
                account = self.clusters[side].account
                os.chown(place, account.get("user", os.getuid()), account.get("group", os.getgid()))
                session.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
            session.execute(f"ALTER TABLE boundaries_log_{CONTEXT} SET TABLESPACE small")
        # The triggers that know of it.
        self.step("replicate")

    def is_marked(self, side: str) -> bool:
        """Whether a table of that side is not logged, so that it has to be copied again."""
        with self.superuser(side) as session:
            row = session.execute(_MARKED).fetchone()
        return bool(row and row[0])

    def restart(self, side: str) -> None:
        """Immediate shutdown and start of one server."""
        cluster = self.clusters[side]
        cluster.stop()
        cluster.start()

    def build(self) -> None:
        """Walk the journey once and keep its stations."""
        with psycopg.connect(self.databases["monolith"].superuser_url) as session:
            session.execute(_SEED)
        for step in ("plan", "scaffold", "provision"):
            self.step(step)
        self.keep("provisioned")
        self.step("replicate")
        follower = self.mover.start("follow")
        self.wait_for_follower()
        for step in ("verify", "shadow", "switch-reads"):
            self.step(step)
        _end(follower)
        self.keep("following")
        follower = self.mover.start("follow")
        self.wait_for_follower()
        self.step("switch-writes", f"--yes={CONTEXT}")
        _end(follower)
        self.keep("switched")

    def step(self, *words: str) -> dict[str, Any]:
        """Run a step that must succeed."""
        command = self.mover.start("extract", CONTEXT, *words, "--json")
        assert command.wait() == 0, command.printed()
        return command.told()

    def wait_for_follower(self) -> None:
        """Until a follower has reported in the last seconds."""
        first = None
        query = "SELECT follower FROM boundaries_strangler_extraction"
        deadline = time.monotonic() + 40
        with self.superuser("monolith") as session:
            while time.monotonic() < deadline:
                row = session.execute(query).fetchone()
                told = row[0] if row else {}
                first = told.get("at") if first is None else first
                # Its clock may be wrong on purpose: then only that it speaks again tells anything.
                is_heard = abs(time.time() - told.get("at", 0)) < 1.5 or told.get("at") != first
                if is_heard and not told.get("error"):
                    return
                time.sleep(0.02)
        raise TimeoutError("no follower has reported")

    def keep(self, station: str) -> None:
        """Remember both databases under a name."""
        for database in self.databases.values():
            _copy(database, source=database.name, to=f"{database.name}_{station}")

    def prepare(self, station: str) -> None:
        """Begin to copy both databases of a station, for the next `enter`."""
        self._next = (
            station,
            [
                self._pool.submit(
                    _copy, database, source=f"{database.name}_{station}", to=f"{database.name}_next"
                )
                for database in self.databases.values()
            ],
        )

    def enter(self, station: str) -> None:
        """Put both databases to a station: the copies take the place of what the last cycle has left."""
        if self._next is None or self._next[0] != station:
            self._wait_for_copies()
            self.prepare(station)
        self._wait_for_copies()
        self._next = None
        for database in self.databases.values():
            _replace(database)

    def _wait_for_copies(self) -> None:
        for future in self._next[1] if self._next else ():
            future.result()

    def _new_mover(self, preload: str = "", **environ: str) -> Mover:
        logs = self.folder / "logs"
        logs.mkdir(exist_ok=True)
        mover = Mover(
            folder=self.folder / "depot", environ=self.environ | environ, logs=logs, preload=preload
        )
        self.stack.callback(mover.close)
        return mover

    def _environ(self) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in {"PYTEST_CURRENT_TEST", "DJANGO_SETTINGS_MODULE"}
        }
        monolith, service = self.databases["monolith"], self.databases["service"]
        return inherited | {
            "DATABASE_URL": _at_port(monolith.app_url, self.proxy.ports["mover_monolith"]),
            "BOUNDARIES_MOVER_URL": _at_port(monolith.mover_url, self.proxy.ports["mover_monolith"]),
            "STOCK_DATABASE_URL": _at_port(service.mover_url, self.proxy.ports["mover_service"]),
            "STOCK_URL": f"http://127.0.0.1:{free_port()}",
            "MONOLITH_URL": f"http://127.0.0.1:{free_port()}",
            "DJANGO_SETTINGS_MODULE": "depot.settings",
            "BOUNDARIES_SWITCH_SETTLE_SECONDS": "0",
            "SHADOW_CALLS_NEEDED": "0",
            "CHUNK_ROWS": "40",
            "CHAOS_MUTANT": self.mutant,
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def _migrate(self) -> None:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"], check=True, timeout=60,
            cwd=self.folder / "depot", env=self.environ | {"DATABASE_URL": self.databases["monolith"].owner_url},
        )  # fmt: skip


@contextmanager
def new_stand(*, mutant: str = "") -> Iterator[Stand]:
    """Servers, project, stations; all gone at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="boundaries-chaos-")))
        folder.chmod(0o711)
        small_disk = mount_small_disk(stack)
        given = {name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")}
        servers = stack.enter_context(running(clusters=("alpha", "beta"), redis=False, given=given))
        for cluster in ("alpha", "beta"):
            _spare_the_disk(servers.admin_url(cluster))
        stand = Stand(stack, servers, folder, small_disk=small_disk, mutant=mutant)
        stand.build()
        yield stand


def mount_small_disk(stack: ExitStack) -> Path | None:
    """A disk of two megabytes; None where mounting is not allowed."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="boundaries-small-")))
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m,mode=0755", "tmpfs", folder], check=False
    ).returncode:
        return None
    stack.callback(subprocess.run, ["umount", "--lazy", folder], check=False)
    return folder


def _spare_the_disk(admin_url: str) -> None:
    """Only servers die here, never the machine: what the operating system has been given is not lost."""
    with psycopg.connect(admin_url, autocommit=True) as session:
        session.execute("ALTER SYSTEM SET fsync = off")
        session.execute("ALTER SYSTEM SET full_page_writes = off")
        session.execute("SELECT pg_reload_conf()")


def _copy(database: Database, *, source: str, to: str) -> None:
    """Copy a database, however often its server is restarted meanwhile."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with psycopg.connect(database.admin_url, autocommit=True) as session:
                session.execute(f"DROP DATABASE IF EXISTS {to} WITH (FORCE)")
                _end_sessions(session, source)
                session.execute(f"CREATE DATABASE {to} TEMPLATE {source} OWNER {database.role('owner')}")
            return
        except psycopg.Error:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _replace(database: Database) -> None:
    with psycopg.connect(database.admin_url, autocommit=True) as session:
        session.execute(f"DROP DATABASE IF EXISTS {database.name} WITH (FORCE)")
        session.execute(f"ALTER DATABASE {database.name}_next RENAME TO {database.name}")


def _end_sessions(session: psycopg.Connection[Any], database: str) -> None:
    session.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])


def _end(follower: Any) -> None:
    import signal

    follower.send(signal.SIGTERM)
    assert follower.wait() == 0, follower.printed()


def _at_port(url: str, port: int) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{port}"))


class _Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def _healthy(port: int) -> Iterator[None]:
    """Answer on the service's address for a block."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), _Healthy)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
