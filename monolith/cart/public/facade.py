"""What may another context ask of the cart?"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from boundaries import Facade, command, query
from monolith.cart.public.errors import CartEmpty
from monolith.cart.public.values import Cart


class Carts(Facade, context="cart", version="1"):
    """Remembers the one trip that each traveller is about to book."""

    @command(idempotent=True)
    def choose(
        self, *, traveller_id: UUID, flight_id: UUID, room_id: UUID | None, day: date, nights: int
    ) -> Cart:
        """Put this trip into the cart, in place of what was there."""

    @command(idempotent=True)
    def clear(self, *, traveller_id: UUID) -> None:
        """Empty the cart; an empty one stays empty."""

    @query(raises=[CartEmpty])
    def get(self, *, traveller_id: UUID) -> Cart:
        """What is in the cart."""
