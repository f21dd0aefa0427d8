"""How does the catalogue follow what flights and hotels sell?

Stock carries a revision: what is older than the copy is passed over, so that the order of arrival does not
matter.
"""

from boundaries import consumer
from boundaries.messaging.envelope import Envelope
from monolith.catalogue.models import FlightEntry, NightEntry, RoomEntry
from monolith.flights.public import FlightScheduled, SeatsChanged
from monolith.hotels.public import NightStock, RoomOpened, RoomsChanged


@consumer(FlightScheduled, name="catalogue.add_flight")
def add_flight(event: FlightScheduled, envelope: Envelope) -> None:
    """Show a new departure."""
    FlightEntry.objects.update_or_create(
        id=event.flight_id,
        defaults={
            "number": event.number,
            "origin": event.origin,
            "destination": event.destination,
            "departs_at": event.departs_at,
            "price": event.price.amount,
            "currency": event.price.currency,
            "seats_left": event.seats_left,
            "revision": event.revision,
        },
    )


@consumer(SeatsChanged, name="catalogue.follow_seats")
def follow_seats(event: SeatsChanged, envelope: Envelope) -> None:
    """Take over the stock of a flight."""
    FlightEntry.objects.filter(pk=event.flight_id, revision__lt=event.revision).update(
        seats_left=event.seats_left, revision=event.revision
    )


@consumer(RoomOpened, name="catalogue.add_room")
def add_room(event: RoomOpened, envelope: Envelope) -> None:
    """Show a new kind of room, or more nights of a known one."""
    RoomEntry.objects.update_or_create(
        id=event.room_id,
        defaults={
            "hotel": event.hotel,
            "name": event.name,
            "city": event.city,
            "price": event.price_per_night.amount,
            "currency": event.price_per_night.currency,
        },
    )
    NightEntry.objects.bulk_create(
        (
            NightEntry(
                room_id=event.room_id, night=stock.night, rooms_left=stock.rooms_left, revision=stock.revision
            )
            for stock in event.nights
        ),
        ignore_conflicts=True,
    )
    _follow(event.room_id, event.nights)


@consumer(RoomsChanged, name="catalogue.follow_rooms")
def follow_rooms(event: RoomsChanged, envelope: Envelope) -> None:
    """Take over the stock of some nights."""
    _follow(event.room_id, event.nights)


def _follow(room_id, nights: list[NightStock]) -> None:
    for stock in nights:
        NightEntry.objects.filter(room_id=room_id, night=stock.night, revision__lt=stock.revision).update(
            rooms_left=stock.rooms_left, revision=stock.revision
        )
