"""What may another context ask of the catalogue?"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from boundaries import Facade, query
from monolith.catalogue.public.errors import OfferUnknown
from monolith.catalogue.public.values import FlightOffer, RoomOffer, SearchResult


class Catalogue(Facade, context="catalogue", version="1"):
    """Finds what can be booked, in a copy of its own of what flights and hotels sell."""

    @query()
    def search(self, *, origin: str, destination: str, day: date, nights: int) -> SearchResult:
        """Flights of that day and rooms at the destination from that day on; at most 20 of each."""

    @query(raises=[OfferUnknown])
    def flight(self, *, flight_id: UUID) -> FlightOffer:
        """One departure."""

    @query(raises=[OfferUnknown])
    def room(self, *, room_id: UUID, day: date, nights: int) -> RoomOffer:
        """One room for a stay from `day` on."""
