"""Where do the benches run: two databases in two clusters, a broker, and a folder."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boundaries.testing.database import Database, throw_away_database
from boundaries.testing.servers import running

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Place:
    """What a bench may use. Django is set up on `monolith`, whose tables are migrated; `service` has the same, `empty` none."""

    monolith: Database
    service: Database
    empty: Database
    redis_url: str
    folder: Path

    def connections(self) -> Any:
        """The mover's connections to both, as the steps have them, for a block."""
        from boundaries.strangler.flow import Both
        from boundaries.strangler.postgres.connection import Endpoint, Pair

        @contextlib.contextmanager
        def opened(specs: Sequence[Any]) -> Iterator[Both]:
            left = Endpoint("ledger", "monolith", self.monolith.mover_url)
            right = Endpoint("ledger", "service", self.service.mover_url)
            with left.session() as monolith, right.session() as service:
                yield Both(Pair("ledger", left, right), specs, monolith, service)

        return opened


@contextlib.contextmanager
def prepared(folder: Path) -> Iterator[Place]:
    """Start the servers, migrate both databases, and set Django up on the first."""
    with (
        running(clusters=("alpha", "beta"), redis=True, given={}) as servers,
        throw_away_database(admin_url=servers.admin_url("alpha")) as monolith,
        throw_away_database(admin_url=servers.admin_url("beta")) as service,
        throw_away_database(admin_url=servers.admin_url("beta")) as empty,
    ):
        os.environ |= {
            "DATABASE_URL": monolith.owner_url,
            "BENCH_MOVER_URL": monolith.mover_url,
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        }
        migrate = [sys.executable, "-m", "django", "migrate", "--verbosity", "0", "--skip-checks"]
        for database in (monolith, service):
            environment = {**os.environ, "DATABASE_URL": database.owner_url}
            subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
        import django

        django.setup()
        yield Place(monolith, service, empty, servers.environ["REDIS_URL"], folder)
        from django.db import connections

        # A thread of the kit goes on looking for routes as long as this process lives.
        logging.getLogger("boundaries.routing").setLevel(logging.CRITICAL)
        connections.close_all()
