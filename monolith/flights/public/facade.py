"""What may another context ask of flights?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from boundaries import Facade, command, query
from monolith.flights.public.errors import FlightsSoldOut, FlightUnknown, SeatsGivenUp
from monolith.flights.public.values import FlightDetails, SeatsHeld
from monolith.shared.money import Money


class Flights(Facade, context="flights", version="1"):
    """Keeps the seats: never more are held than there are."""

    @command(idempotent=True, raises=[FlightUnknown, FlightsSoldOut, SeatsGivenUp])
    def reserve(self, *, booking_id: UUID, flight_id: UUID, seats: int) -> SeatsHeld:
        """Keep `seats` seats for a booking; asked again, the same seats are the answer."""

    @command(idempotent=True)
    def release(self, *, booking_id: UUID) -> bool:
        """Give a booking's seats back to sale; True when there were any. Doing it twice changes nothing."""

    @command(idempotent=True)
    def schedule(
        self, *, number: str, origin: str, destination: str, departs_at: datetime, price: Money, seats: int
    ) -> FlightDetails:
        """Put a departure on sale."""

    @query(raises=[FlightUnknown])
    def get(self, *, flight_id: UUID) -> FlightDetails:
        """One departure."""
