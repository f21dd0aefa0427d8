"""In which order is the shop filled?"""

from __future__ import annotations

from datetime import date

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import ProgrammingError, connection, transaction

from monolith.bookings.models import Booking
from monolith.flights.models import Flight
from monolith.seed import demand, history, people, supply
from monolith.seed.chance import Chance
from monolith.seed.copying import Lines

CONTEXTS = (
    "accounts", "catalogue", "cart", "flights", "hotels", "bookings", "payments", "notifications",
)  # fmt: skip


def is_filled() -> bool:
    """Whether there is anything on sale, or sold."""
    return Flight.objects.exists() or Booking.objects.exists()


def fill(*, bookings: int, seed: int, first_day: date, days_ahead: int, flush: bool) -> dict[str, int]:
    """Fill the shop in one transaction; how many rows went into each table."""
    chance = Chance(seed)
    with transaction.atomic():
        if flush:
            empty()
        travellers = people.invent(chance)
        offers = supply.invent(chance, first_day=first_day, days_ahead=days_ahead)
        sales = demand.invent(chance, supply=offers, people=travellers, count=bookings, first_day=first_day)
        # The stock is known when everything was sold, so flights and rooms come last: their foreign keys
        # are checked at the commit.
        tables = [
            *people.write(travellers, first_day=first_day),
            *history.write(chance, sales),
            *supply.write(offers),
        ]
    _analyse(tables)
    return {lines.model._meta.db_table: lines.count for lines in tables}


class NotTheOwner(PermissionError):
    """Raised when somebody else than the tables' owner wants to empty them."""


def empty() -> None:
    """Empty the tables of all contexts, and remove the seed's users; the kit's tables stay as they are.

    :raises NotTheOwner: when the database says that this role may not.
    """
    models = [model for context in CONTEXTS for model in apps.get_app_config(context).get_models()]
    names = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {names} RESTART IDENTITY")
    except ProgrammingError as error:
        raise NotTheOwner(str(error).strip()) from error
    get_user_model().objects.filter(username__startswith="traveller-").delete()


def _analyse(tables: list[Lines]) -> None:
    with connection.cursor() as cursor:
        for lines in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(lines.model._meta.db_table)}")
