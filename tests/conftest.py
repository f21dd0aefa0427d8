"""What do all tests of the kit share?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from boundaries.testing import plugin
from boundaries.testing.watchdog import end_with_make


def pytest_configure(config: pytest.Config) -> None:
    # Nothing is measured here that a switch would have to let pass first; the rehearsal does not come this way.
    os.environ.setdefault("BOUNDARIES_SWITCH_SETTLE_SECONDS", "0")
    # The entry point is there only where the kit is installed.
    if not config.pluginmanager.is_registered(plugin):
        config.pluginmanager.register(plugin, "boundaries")
    end_with_make()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several workers, a folder stays with one: its tests share servers, copies and records of what was hit."""
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0] if _is_ours(item) else "others"
        item.add_marker(pytest.mark.xdist_group(folder))


def _is_ours(item: pytest.Item) -> bool:
    return item.path.is_relative_to(Path(__file__).parent)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> None:
    """Give Django a real database, in the moment when the first test wants one."""
    from django.db import connections

    from tests.settings import HAS_OWN_DATABASE, parse_database_url

    if not HAS_OWN_DATABASE:
        servers = request.getfixturevalue("servers")
        connections["default"].settings_dict |= parse_database_url(servers.environ["BOUNDARIES_OWNER_URL"])


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_setup: None) -> None:
    """Let the five roles of the convention use Django's test database as well."""
    from django.db import connections

    from boundaries.testing import roles
    from tests.settings import HAS_OWN_DATABASE

    if not HAS_OWN_DATABASE:
        servers = request.getfixturevalue("servers")
        name = connections["default"].settings_dict["NAME"]
        roles.grant(admin_url=servers.admin_url("alpha"), database=name, roles_of="alpha")


@pytest.fixture
def database_url(db: None) -> str:
    """Django's test database, for a process of its own (with `transactional_db`, or it sees no rows)."""
    from django.db import connections

    settings = connections["default"].settings_dict
    return "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format_map(settings)
