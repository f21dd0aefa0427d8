"""How does the catalogue do what its door promises?"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from monolith.catalogue.models import FlightEntry, RoomEntry
from monolith.catalogue.public import FlightOffer, OfferUnknown, RoomOffer, SearchResult
from monolith.shared.money import Money

MOST_OFFERS = 20


class LocalCatalogue:
    """Answers for `Catalogue` from the copies in this database: one query for flights, one for rooms."""

    def search(self, *, origin: str, destination: str, day: date, nights: int) -> SearchResult:
        """Look for flights of that day, and for rooms that are free in every night."""
        morning = datetime.combine(day, time(), UTC)
        flights = FlightEntry.objects.filter(
            origin=origin,
            destination=destination,
            departs_at__gte=morning,
            departs_at__lt=morning + timedelta(days=1),
            seats_left__gt=0,
        ).order_by("departs_at")[:MOST_OFFERS]
        rooms = _free(RoomEntry.objects.filter(city=destination), day, nights).order_by("price", "id")
        return SearchResult(
            flights=[_flight_offer(entry) for entry in flights],
            rooms=[_room_offer(entry) for entry in rooms[:MOST_OFFERS]],
        )

    def flight(self, *, flight_id: UUID) -> FlightOffer:
        """Read one departure."""
        entry = FlightEntry.objects.filter(pk=flight_id).first()
        if entry is None:
            raise OfferUnknown(offer_id=flight_id)
        return _flight_offer(entry)

    def room(self, *, room_id: UUID, day: date, nights: int) -> RoomOffer:
        """Read one room for a stay."""
        entry = _free(RoomEntry.objects.filter(pk=room_id), day, nights).first()
        if entry is None:
            raise OfferUnknown(offer_id=room_id)
        return _room_offer(entry)


def _free(rooms: QuerySet[RoomEntry], day: date, nights: int) -> QuerySet[RoomEntry]:
    stay = [day + timedelta(days=number) for number in range(nights)]
    return (
        rooms.filter(nights__night__in=stay)
        .annotate(fullest=Min("nights__rooms_left"), on_sale=Count("nights"))
        .filter(Q(fullest__gt=0), on_sale=nights)
    )


def _flight_offer(entry: FlightEntry) -> FlightOffer:
    return FlightOffer(
        id=entry.id,
        number=entry.number,
        origin=entry.origin,
        destination=entry.destination,
        departs_at=entry.departs_at,
        price=Money.of(entry.price, entry.currency),
        seats_left=entry.seats_left,
    )


def _room_offer(entry: RoomEntry) -> RoomOffer:
    return RoomOffer(
        id=entry.id,
        hotel=entry.hotel,
        name=entry.name,
        city=entry.city,
        price_per_night=Money.of(entry.price, entry.currency),
        rooms_left=entry.fullest,
    )
