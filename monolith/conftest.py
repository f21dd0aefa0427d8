"""Which database do the contexts' own tests run on? `DATABASE_URL`, or an embedded PostgreSQL started for them."""

from __future__ import annotations

import os

import pytest

from monolith import environment


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> None:
    """Give Django a real database, in the moment when the first test wants one."""
    from django.db import connections

    if "DATABASE_URL" in os.environ:
        return
    wanted = environment.database(request.getfixturevalue("servers").environ["BOUNDARIES_OWNER_URL"])
    del wanted["OPTIONS"]
    given = connections["default"].settings_dict
    # Another conftest may have been here before; then the test database has been made and the name is its own.
    if given["USER"] != wanted["USER"]:
        given |= wanted
