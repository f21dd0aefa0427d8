"""How does one test get a database of its own, with all its roles?"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from boundaries.testing import roles

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Database:
    """A database that lives as long as a test; each role's way in is a URL."""

    name: str
    admin_url: str

    @property
    def superuser_url(self) -> str:
        """The cluster's superuser, in this database; `admin_url` leads to the database `postgres`."""
        return roles.url_for(self.admin_url, database=self.name)

    @property
    def owner_url(self) -> str:
        """The role that owns database, schema and tables."""
        return self._url("owner")

    @property
    def app_url(self) -> str:
        """The monolith's role."""
        return self._url("app")

    @property
    def mover_url(self) -> str:
        """The mover's role, which may SET ROLE to the owner."""
        return self._url("mover")

    @property
    def service_url(self) -> str:
        """An extracted service's role."""
        return self._url("service")

    @property
    def readonly_url(self) -> str:
        """The role that only reads."""
        return self._url("readonly")

    def role(self, kind: str) -> str:
        """The name of one of the five roles."""
        return f"{self.name}_{kind}"

    def _url(self, kind: str) -> str:
        return roles.role_url(admin_url=self.admin_url, database=self.name, kind=kind)


@contextmanager
def throw_away_database(
    *, admin_url: str, name: str | None = None, create: bool = True
) -> Iterator[Database]:
    """Create a database with its five roles, and drop all of it at the end, open sessions included.

    With `create=False` there are only the roles: a step under test creates the database itself.
    """
    database = Database(roles.check_name(name or f"bd_{os.getpid()}_{next(_numbers)}"), admin_url)
    make: Callable[..., None] = roles.create_database if create else roles.create_roles
    try:
        make(admin_url=admin_url, database=database.name)
        yield database
    finally:
        roles.drop_database(admin_url=admin_url, database=database.name)
