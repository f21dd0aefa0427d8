"""The shop as it really runs: web server, relay, worker, card processor, and payments in a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import psycopg

from boundaries.contexts.map import load_map
from boundaries.strangler.rehearsal.configuration import read_configuration
from boundaries.strangler.rehearsal.copy import copy_tree, database_of, with_database
from boundaries.strangler.rehearsal.process import Running, Stage
from boundaries.strangler.rehearsal.source import prepare_source
from boundaries.strangler.rehearsal.stand import Stand, Taken
from boundaries.testing.database import throw_away_database
from boundaries.testing.servers import Servers
from monolith.traffic.audit.comparison import compare
from monolith.traffic.audit.processor import Authorisation, read_authorisations, read_books
from monolith.traffic.audit.rows import PaymentRow, read_rows
from monolith.traffic.audit.told import Told
from tests.waiting import wait_for

ROOT = Path(__file__).parents[2]
BROKER_DATABASE = 11
BOOKINGS = 300
ESTABLISHED = "01"  # as /proc/net/tcp writes it


@dataclass
class World:
    """The processes and databases of one shop."""

    stand: Stand
    owner_login: str
    service: list[Running] = field(default_factory=list)

    # Where payments lives.

    @property
    def is_service_open(self) -> bool:
        """Whether the service's database takes writes."""
        rows = self.payments("SELECT open FROM boundaries_facades_ownership WHERE context = 'payments'")
        return bool(rows and rows[0][0])

    def switch(self) -> Taken:
        """Hand the writes to the service."""
        return self.stand.step("switch-writes", "--yes=payments")

    def roll_back(self) -> Taken:
        """Take them back."""
        return self.stand.step("rollback", "--yes=payments")

    # The service's processes.

    def start_service(self) -> None:
        """Start web, relay and worker of the service."""
        self.service = self.stand.start_service()

    def kill_service(self) -> None:
        """SIGKILL all of them, as the machine they run on would."""
        for running in self.service:
            os.killpg(running.process.pid, signal.SIGKILL)
            running.process.wait()
            self.stand.stage.running.remove(running)
        self.service = []

    @contextlib.contextmanager
    def processor_stopped(self) -> Iterator[None]:
        """The card processor takes what is sent to it, and does nothing about it until the block ends."""
        (processor,) = (running for running in self.stand.stage.running if running.name == "processor")
        os.killpg(processor.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(processor.process.pid, signal.SIGCONT)

    @property
    def is_processor_asked(self) -> bool:
        """Whether bytes have arrived at the card processor that it has not read."""
        port = urlsplit(self.stand.companion_urls["processor"]).port
        lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
        return any(
            line[1].endswith(f":{port:04X}") and line[3] == ESTABLISHED and not line[4].endswith(":00000000")
            for line in lines
        )

    # What the books say.

    def monolith(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read the monolith's database."""
        return _read(self.stand.monolith_database, query, values)

    def payments(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read the service's database."""
        return _read(self.stand.service_database, query, values)

    def authorisations(self) -> dict[str, Authorisation]:
        """What the card processor holds, by the key that we asked it with."""
        found = read_authorisations(self.stand.companion_urls["processor"])
        return {authorisation.key: authorisation for authorisation in found.values()}

    def payments_of(self, owner: str) -> dict[str, list[PaymentRow]]:
        """The payments of each booking, in the database of that owner."""
        return dict(self._rows(owner).payments_of)

    def disagreements(self, owner: str = "service") -> list[str]:
        """Whatever bookings, payments, ledger, stock and the card processor's books do not agree about."""
        processor = self.stand.companion_urls["processor"]
        verdict = compare(
            told=Told(),
            rows=self._rows(owner),
            authorisations=read_authorisations(processor),
            books=read_books(processor),
        )
        return list(verdict["discrepancies"])

    def settle(self, owner: str = "service") -> None:
        """Wait until they agree; the news of a moment ago may still be under way."""
        wait_for(lambda: not self.disagreements(owner), what=lambda: self.disagreements(owner))

    def _rows(self, owner: str) -> Any:
        stand = self.stand
        payments = stand.service_database if owner == "service" else stand.monolith_database
        return read_rows(bookings_url=stand.monolith_database, payments_url=payments)


@contextlib.contextmanager
def shop_world(servers: Servers, folder: Path) -> Iterator[World]:
    """A small shop that has taken every step but switch-writes."""
    with (
        throw_away_database(admin_url=servers.admin_url("alpha"), name="travel") as shop,
        throw_away_database(admin_url=servers.admin_url("beta"), name="travel_payments", create=False) as payments,
    ):  # fmt: skip
        variables = {
            "DATABASE_URL": shop.app_url,
            "BOUNDARIES_MOVER_URL": shop.mover_url,
            "PAYMENTS_DATABASE_URL": payments.mover_url,
            "PAYMENTS_SERVICE_URL": payments.service_url,
            "REDIS_URL": servers.environ["REDIS_URL"],
        }
        with mock.patch.dict(os.environ, variables), Stage(folder / "logs") as stage:
            world = _prepared(stage, folder / "tree", owner_url=shop.owner_url)
            try:
                _take_the_first_steps(world)
                yield world
            finally:
                for running in stage.running:
                    running.process.send_signal(signal.SIGCONT)
        # The copies go with the roles that own them.


def _prepared(stage: Stage, tree: Path, *, owner_url: str) -> World:
    context_map = load_map(ROOT / "pyproject.toml")
    context = context_map.context("payments")
    configuration = read_configuration(context_map, context)
    copy_tree(ROOT, tree)
    prepare_source(configuration, tree, bookings=BOOKINGS, seed=1)
    stand = Stand(
        configuration=configuration, context=context, tree=tree, map_file=context_map.path, stage=stage,
        number=BROKER_DATABASE, settings={"BOUNDARIES_SHADOW_CALLS_NEEDED": "0"},
    )  # fmt: skip
    stand.create()
    return World(stand, with_database(owner_url, database_of(stand.monolith_database)))


def _take_the_first_steps(world: World) -> None:
    stand = world.stand
    stand.start_monolith()
    for step in ("plan", "scaffold", "provision"):
        stand.step(step)
    stand.stage.start("follow", "boundaries follow", cwd=stand.tree, env=stand.environment())
    stand.step("replicate")
    world.start_service()
    for step in ("verify", "shadow", "switch-reads"):
        stand.step(step)


def _read(url: str, query: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query, values).fetchall()
