"""How does the cart do what its door promises?"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import F

from monolith.cart.models import CartRecord
from monolith.cart.public import Cart, CartEmpty


class LocalCarts:
    """Answers for `Carts` from the table of this database."""

    def choose(
        self, *, traveller_id: UUID, flight_id: UUID, room_id: UUID | None, day: date, nights: int
    ) -> Cart:
        """Replace what is in the cart."""
        chosen = {"flight_id": flight_id, "room_id": room_id, "day": day, "nights": nights}
        CartRecord.objects.update_or_create(
            traveller_id=traveller_id,
            defaults={**chosen, "revision": F("revision") + 1},
            create_defaults=chosen,
        )
        return self.get(traveller_id=traveller_id)

    def clear(self, *, traveller_id: UUID) -> None:
        """Empty the cart."""
        CartRecord.objects.filter(traveller_id=traveller_id).delete()

    def get(self, *, traveller_id: UUID) -> Cart:
        """Read the cart."""
        record = CartRecord.objects.filter(traveller_id=traveller_id).first()
        if record is None:
            raise CartEmpty
        return Cart(
            traveller_id=record.traveller_id,
            flight_id=record.flight_id,
            room_id=record.room_id,
            day=record.day,
            nights=record.nights,
            revision=record.revision,
        )
