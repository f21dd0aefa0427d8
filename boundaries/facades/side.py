"""Is this process connected to the database of its own deployable?"""

from __future__ import annotations

from boundaries.conf import setting
from boundaries.errors import BoundaryError
from boundaries.facades.models import Ownership, Side


class WrongSide(BoundaryError):
    """Raised when a process finds itself on another deployable's database."""

    code = "BD320"
    problem = "This process is {mine!r}, but the database {database!r} belongs to {theirs!r}."
    remedy = "Correct DATABASE_URL; nothing has been read or written."


def claim_side() -> str:
    """Write this deployable's name into a database that has none yet, and return the name that is there.

    In a service's database the context begins closed: nobody may write it there before the writes are switched.
    """
    using, mine = setting("DATABASE"), setting("SIDE")
    row, _ = Side.objects.using(using).get_or_create(id=1, defaults={"name": mine})
    if mine != "monolith":
        Ownership.objects.using(using).get_or_create(context=mine, defaults={"open": False, "epoch": 1})
    return row.name


def is_claimed(*, table_only: bool = False) -> bool:
    """Whether this database says whose it is; with `table_only`, whether it could."""
    from django.db import connections

    using = setting("DATABASE")
    if Side._meta.db_table not in connections[using].introspection.table_names():
        return False
    return table_only or Side.objects.using(using).exists()


def require_side() -> None:
    """Refuse to work on a database of another side.

    :raises WrongSide: when the stored name is another one.
    """
    using, mine = setting("DATABASE"), setting("SIDE")
    row = Side.objects.using(using).filter(id=1).first()
    if row is not None and row.name != mine:
        database = Side.objects.using(using).db
        raise WrongSide(mine=mine, theirs=row.name, database=_database_name(database))


def _database_name(alias: str) -> str:
    from django.db import connections

    return str(connections[alias].settings_dict["NAME"])
