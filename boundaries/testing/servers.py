"""Which servers does a run need, who starts them, and how do they all end?

One supervisor starts PostgreSQL clusters and Redis as its own children and alone stops them; everybody else
only gets URLs in the environment. They end when the block ends, and a watchdog ends them if the supervisor is
killed.

    python -m boundaries.testing.servers --clusters monolith,payments --redis -- COMMAND ...
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from boundaries.errors import BoundaryError
from boundaries.testing import installation, roles, watchdog
from boundaries.testing.postgres import Cluster
from boundaries.testing.redis import Redis
from boundaries.testing.server import Server


class ServerDied(BoundaryError):
    """Raised when a server ended while somebody still needed it."""

    code = "BD705"
    problem = "{server} ended by itself, with exit code {exit_code}: {log}"
    remedy = "Nothing after this can be trusted; run the command again."


@dataclass(slots=True)
class Servers:
    """What is running, and the environment that tells others where."""

    clusters: dict[str, Cluster] = field(default_factory=dict)
    redis: Redis | None = None
    environ: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def admin_url(self, cluster: str) -> str:
        """How the superuser of that cluster logs in."""
        return self.environ[f"{cluster.upper()}_ADMIN_URL"]

    def check(self) -> None:
        """Nothing, as long as every server is running.

        :raises ServerDied: with the end of its log.
        """
        for server in self._all():
            if not server.is_running:
                exit_code = server.process and server.process.returncode
                raise ServerDied(server=server.name, exit_code=exit_code, log=server.log_tail())

    def start(self) -> None:
        """Start all of them at the same time, and return when each one answers."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda server: server.start(), self._all()))

    def stop(self) -> None:
        """End all of them at the same time."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda server: server.stop(), self._all()))

    def _all(self) -> list[Server]:
        return [*self.clusters.values(), *([self.redis] if self.redis else [])]


@contextmanager
def running(
    *,
    clusters: Sequence[str] = ("monolith",),
    redis: bool = True,
    folder: Path | None = None,
    given: Mapping[str, str] | None = None,
) -> Iterator[Servers]:
    """Run the servers for the length of the block, and yield them with the environment for others.

    A server that `given` (by default the environment) already names is not started: `DATABASE_URL` for the
    first cluster, `<NAME>_DATABASE_URL` for a further one, `<NAME>_ADMIN_URL`, `REDIS_URL`. Behind an admin
    URL, roles and first database are made where they are missing, and stay. The data lies in a new folder
    below `folder`, by default below the system's temporary folder, and is removed at the end.

    :raises ExtraMissing: when nothing that could be started is installed.
    :raises ServerNotStarted: when a server does not come up.
    """
    given = os.environ if given is None else given
    names = [roles.check_name(name) for name in clusters]
    parent = folder or Path(tempfile.gettempdir())
    parent.mkdir(parents=True, exist_ok=True)
    watchdog.sweep(parent)
    with ExitStack() as stack:
        lair = watchdog.create_lair(parent)
        stack.callback(watchdog.dismiss, watchdog.guard(lair))
        servers = Servers()
        stack.callback(servers.stop)
        # Before the servers are waited for, so that nobody who still uses them sees them go first.
        stack.callback(watchdog.clear, lair)
        _choose(servers, lair, names, redis, given)
        servers.start()
        servers.environ = {watchdog.MARK: str(lair)} | _environ(names, servers, given)
        _create_databases(names, servers, given)
        yield servers


def _choose(
    servers: Servers, lair: Path, names: Sequence[str], redis: bool, given: Mapping[str, str]
) -> None:
    missing = [name for index, name in enumerate(names) if not _is_given(name, given, is_first=index == 0)]
    if missing:
        installation.import_driver()
        binaries, account = installation.prepare(lair)
        servers.clusters = {
            name: Cluster(name=name, lair=lair, binaries=binaries, account=account) for name in missing
        }
    if redis and "REDIS_URL" not in given:
        if binary := installation.find_redis():
            servers.redis = Redis(lair=lair, binary=binary)
        else:
            servers.notes.append("No redis-server was found: Celery uses its filesystem transport.")


def _is_given(name: str, given: Mapping[str, str], *, is_first: bool) -> bool:
    database_url = "DATABASE_URL" if is_first else f"{name.upper()}_DATABASE_URL"
    return database_url in given or f"{name.upper()}_ADMIN_URL" in given


def _environ(names: Sequence[str], servers: Servers, given: Mapping[str, str]) -> dict[str, str]:
    environ: dict[str, str] = {}
    for index, name in enumerate(names):
        cluster = servers.clusters.get(name)
        admin_url = cluster.admin_url if cluster else given.get(f"{name.upper()}_ADMIN_URL")
        if admin_url:
            environ |= _cluster_environ(name, admin_url, is_first=index == 0)
    if servers.redis:
        environ["REDIS_URL"] = servers.redis.url
    elif servers.notes:
        environ["CELERY_BROKER_URL"] = "filesystem://"
    wanted = {*environ, "DATABASE_URL", "REDIS_URL"}
    return environ | {name: value for name, value in given.items() if name in wanted}


def _cluster_environ(name: str, admin_url: str, *, is_first: bool) -> dict[str, str]:
    prefix = name.upper()
    urls = {kind: roles.role_url(admin_url=admin_url, database=name, kind=kind) for kind in roles.KINDS}
    environ = {f"{prefix}_{kind.upper()}_URL": url for kind, url in urls.items()}
    environ[f"{prefix}_ADMIN_URL"] = admin_url
    if not is_first:
        return environ | {f"{prefix}_DATABASE_URL": urls["mover"]}
    return environ | {
        "DATABASE_URL": urls["app"],
        "BOUNDARIES_MOVER_URL": urls["mover"],
        "BOUNDARIES_OWNER_URL": urls["owner"],
    }


def _create_databases(names: Sequence[str], servers: Servers, given: Mapping[str, str]) -> None:
    for index, name in enumerate(names):
        admin_url = servers.environ.get(f"{name.upper()}_ADMIN_URL")
        if not admin_url or (index == 0 and "DATABASE_URL" in given):
            continue
        # Creating the further databases is a step of the move.
        create = roles.create_database if index == 0 else roles.create_roles
        create(admin_url=admin_url, database=name)


def describe(servers: Servers) -> dict[str, str]:
    """What is running, by name: product, and version where there may be several."""
    told = {
        name: f"{cluster.product} {installation.version(cluster.binaries)}"
        for name, cluster in servers.clusters.items()
    }
    return told | ({"redis": servers.redis.product} if servers.redis else {})


if __name__ == "__main__":
    from boundaries.testing.command import main

    sys.exit(main())
