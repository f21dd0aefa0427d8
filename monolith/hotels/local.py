"""How does hotels do what its door promises?

The nights of a stay are locked in their order, so that two overlapping stays cannot wait for each other in
a circle, and taken together or not at all.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db.models import F

from boundaries import publish
from monolith.hotels.models import Hotel, Room, RoomNight, RoomReservation
from monolith.hotels.public import (
    HotelsSoldOut,
    NightStock,
    RoomDetails,
    RoomGivenUp,
    RoomHeld,
    RoomOpened,
    RoomsChanged,
    RoomUnknown,
)
from monolith.shared.money import Money


class LocalHotels:
    """Answers for `Hotels` from the tables of this database."""

    def reserve(self, *, booking_id: UUID, room_id: UUID, first_night: date, nights: int) -> RoomHeld:
        """Take the room off sale in each night, unless this booking has it already."""
        known = RoomReservation.objects.select_related("room__hotel").filter(pk=booking_id).first()
        if known is not None:
            return _held_again(known)
        room = _room(room_id)
        if not _move_stock(room_id, first_night, nights, by=-1):
            raise HotelsSoldOut(room_id=room_id, first_night=first_night, nights=nights)
        reservation = RoomReservation.objects.create(
            booking_id=booking_id,
            room=room,
            first_night=first_night,
            nights=nights,
            price=room.price * nights,
        )
        return _held(reservation)

    def release(self, *, booking_id: UUID) -> bool:
        """Put the room back on sale, once."""
        return release_room(booking_id)

    def open_room(
        self,
        *,
        hotel: str,
        name: str,
        city: str,
        price_per_night: Money,
        first_night: date,
        nights: int,
        rooms: int,
    ) -> RoomDetails:
        """Add a kind of room with its nights; nights that are there already stay as they are."""
        house, _ = Hotel.objects.get_or_create(name=hotel, city=city)
        room, _ = Room.objects.get_or_create(
            hotel=house,
            name=name,
            defaults={"price": price_per_night.amount, "currency": price_per_night.currency},
        )
        RoomNight.objects.bulk_create(
            (
                RoomNight(room=room, night=night, rooms_total=rooms, rooms_left=rooms)
                for night in _nights(first_night, nights)
            ),
            ignore_conflicts=True,
        )
        announce(room)
        return details_of(room)

    def get(self, *, room_id: UUID) -> RoomDetails:
        """Read one kind of room."""
        return details_of(_room(room_id))


def release_room(booking_id: UUID) -> bool:
    """Put a booking's room back on sale; False when there was none, or it was released before.

    Needs a transaction.
    """
    reservation = RoomReservation.objects.select_for_update().filter(pk=booking_id, is_released=False).first()
    if reservation is None:
        return False
    RoomReservation.objects.filter(pk=booking_id).update(is_released=True)
    _move_stock(reservation.room_id, reservation.first_night, reservation.nights, by=1)
    return True


def announce(room: Room) -> None:
    """Tell the others that a kind of room is on sale, and when. Needs a transaction."""
    publish(
        RoomOpened(
            room_id=room.id,
            hotel=room.hotel.name,
            name=room.name,
            city=room.hotel.city,
            price_per_night=Money(room.price, room.currency),
            nights=[_stock(night) for night in room.nights.order_by("night")],
        )
    )


def details_of(room: Room) -> RoomDetails:
    """The kind of room as other contexts see it."""
    return RoomDetails(
        id=room.id,
        hotel=room.hotel.name,
        name=room.name,
        city=room.hotel.city,
        price_per_night=Money.of(room.price, room.currency),
    )


def _move_stock(room_id: UUID, first_night: date, nights: int, *, by: int) -> bool:
    """Change the stock of every night by one, or of none; whether it was changed."""
    stay = RoomNight.objects.filter(room_id=room_id, night__in=_nights(first_night, nights))
    locked = list(stay.select_for_update().order_by("night"))
    if len(locked) != nights or any(night.rooms_left + by < 0 for night in locked):
        return False
    stay.update(rooms_left=F("rooms_left") + by, revision=F("revision") + 1)
    publish(
        RoomsChanged(
            room_id, [NightStock(night.night, night.rooms_left + by, night.revision + 1) for night in locked]
        )
    )
    return True


def _nights(first_night: date, nights: int) -> list[date]:
    return [first_night + timedelta(days=day) for day in range(nights)]


def _stock(night: RoomNight) -> NightStock:
    return NightStock(night.night, night.rooms_left, night.revision)


def _room(room_id: UUID) -> Room:
    room = Room.objects.select_related("hotel").filter(pk=room_id).first()
    if room is None:
        raise RoomUnknown(room_id=room_id)
    return room


def _held(reservation: RoomReservation) -> RoomHeld:
    return RoomHeld(
        room=details_of(reservation.room),
        first_night=reservation.first_night,
        nights=reservation.nights,
        price=Money.of(reservation.price, reservation.room.currency),
    )


def _held_again(reservation: RoomReservation) -> RoomHeld:
    if reservation.is_released:
        raise RoomGivenUp(booking_id=reservation.booking_id)
    return _held(reservation)
