"""How does bookings do what its door promises?

A command writes down what is wanted and starts a saga in the same transaction; the saga runs as soon as
that is committed, before the call returns, and a worker goes on with it if this process dies meanwhile.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from boundaries import Saga, publish
from monolith.bookings.models import Booking, BookingRecordState
from monolith.bookings.outcome import run_to_outcome
from monolith.bookings.public import (
    BookingExpired,
    BookingState,
    BookingUnknown,
    Refusal,
    Stay,
    Trip,
    WrongBookingState,
)
from monolith.bookings.reference_code import new_reference
from monolith.bookings.sagas import Cancellation, Checkout, CheckoutData, Settlement, SettlementData
from monolith.shared.money import Money


class LocalBookings:
    """Answers for `Bookings` from the tables of this database."""

    def book(
        self,
        *,
        traveller_id: UUID,
        flight_id: UUID,
        room_id: UUID | None,
        first_night: date,
        nights: int,
        travellers: list[str],
        card: str,
    ) -> UUID:
        """Open the booking and start its checkout."""
        booking = Booking.objects.create(
            reference=new_reference(),
            traveller_id=traveller_id,
            state=BookingRecordState.PENDING,
            flight_id=flight_id,
            room_id=room_id,
            first_night=first_night,
            nights=nights,
            travellers=travellers,
        )
        data = CheckoutData(
            booking_id=booking.id,
            traveller_id=traveller_id,
            flight_id=flight_id,
            room_id=room_id,
            first_night=first_night,
            nights=nights,
            seats=len(travellers),
            card=card,
        )
        _start(Checkout, data, booking, key=str(booking.id))
        return booking.id

    def pay(self, *, traveller_id: UUID, booking_id: UUID) -> None:
        """Start taking the money, unless it was taken."""
        booking = _locked(traveller_id, booking_id)
        if booking.state != BookingRecordState.PAID:
            _require(booking, BookingRecordState.RESERVED)
            _start(Settlement, SettlementData(booking.id, booking.payment_id), booking)

    def cancel(self, *, traveller_id: UUID, booking_id: UUID) -> None:
        """Start giving the booking up, unless that was done."""
        booking = _locked(traveller_id, booking_id)
        if booking.state != BookingRecordState.CANCELLED:
            _require(booking, BookingRecordState.RESERVED, BookingRecordState.PAID)
            _start(Cancellation, SettlementData(booking.id, booking.payment_id), booking)

    def expire(self, *, older_than_hours: int = 24, limit: int = 500) -> int:
        """Mark unpaid bookings as expired; whoever keeps something for them hears of it."""
        last = timezone.now() - timedelta(hours=older_than_hours)
        unpaid = Booking.objects.filter(state=BookingRecordState.RESERVED, booked_at__lt=last)
        expired = list(unpaid.select_for_update(skip_locked=True).order_by("booked_at")[:limit])
        Booking.objects.filter(pk__in=[booking.pk for booking in expired]).update(
            state=BookingRecordState.EXPIRED
        )
        for booking in expired:
            publish(BookingExpired(booking.id, booking.traveller_id, booking.reference))
        return len(expired)

    def trip(self, *, traveller_id: UUID, booking_id: UUID) -> Trip:
        """Read one booking."""
        booking = Booking.objects.filter(pk=booking_id, traveller_id=traveller_id).first()
        if booking is None:
            raise BookingUnknown(booking_id=booking_id)
        return as_trip(booking)

    def trips(self, *, traveller_id: UUID, limit: int = 20) -> list[Trip]:
        """Read a traveller's newest bookings."""
        newest = Booking.objects.filter(traveller_id=traveller_id).order_by("-booked_at")[:limit]
        return [as_trip(booking) for booking in newest]


def as_trip(booking: Booking) -> Trip:
    """The booking as other contexts see it."""
    return Trip(
        id=booking.id,
        reference=booking.reference,
        traveller_id=booking.traveller_id,
        state=BookingState(booking.state),
        flight_id=booking.flight_id,
        flight_number=booking.flight_number,
        origin=booking.origin,
        destination=booking.destination,
        departs_at=booking.departs_at,
        stay=_stay(booking),
        travellers=booking.travellers,
        total=Money.of(booking.total, booking.currency),
        payment_id=booking.payment_id,
        booked_at=booking.booked_at,
        refusal=Refusal(booking.refusal_code, booking.refusal_text) if booking.refusal_code else None,
    )


def _stay(booking: Booking) -> Stay | None:
    if booking.room_id is None:
        return None
    return Stay(
        room_id=booking.room_id,
        hotel=booking.hotel_name,
        room=booking.room_name,
        first_night=booking.first_night,
        nights=booking.nights,
    )


def _start(saga: type[Saga], data: object, booking: Booking, *, key: str | None = None) -> None:
    started = saga.start(data, key=key)
    if booking.refusal_code:
        Booking.objects.filter(pk=booking.pk).update(refusal_code="", refusal_text="")
    transaction.on_commit(partial(run_to_outcome, saga_id=started.id, booking_id=booking.id), robust=True)


def _locked(traveller_id: UUID, booking_id: UUID) -> Booking:
    mine = Booking.objects.select_for_update().filter(pk=booking_id, traveller_id=traveller_id)
    booking = mine.first()
    if booking is None:
        raise BookingUnknown(booking_id=booking_id)
    return booking


def _require(booking: Booking, *states: BookingRecordState) -> None:
    if booking.state not in states:
        raise WrongBookingState(booking_id=booking.id, state=booking.state)
