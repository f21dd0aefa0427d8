from __future__ import annotations

from collections.abc import Iterator

import pytest

from boundaries.testing.database import throw_away_database
from boundaries.testing.servers import Servers
from tests.facades.wire.service import Service, running_service


@pytest.fixture(scope="package")
def service_environ(servers: Servers) -> Iterator[dict[str, str]]:
    with throw_away_database(admin_url=servers.admin_url("alpha")) as database:
        yield {"DATABASE_URL": database.owner_url, "REDIS_URL": servers.environ["REDIS_URL"]}


@pytest.fixture(scope="package")
def service(service_environ, tmp_path_factory) -> Iterator[Service]:
    with running_service(environ=service_environ, folder=tmp_path_factory.mktemp("service")) as running:
        yield running
