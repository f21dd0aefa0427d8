"""How do bookings become rows of all the contexts that took part in them?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from monolith.bookings.models import Booking
from monolith.flights.models import SeatReservation
from monolith.hotels.models import RoomReservation
from monolith.notifications.models import Notification
from monolith.payments.models import LedgerEntry, Payment, Refund
from monolith.seed.chance import Chance
from monolith.seed.copying import NULL, Lines, Sender
from monolith.seed.demand import Sale
from monolith.seed.supply import amount
from monolith.shared.places import PLACES

BLOCK_BOOKINGS = 5_000


def write(chance: Chance, sales: Iterable[Sale]) -> list[Lines]:
    """Write the bookings and everything that hangs on them, block by block."""
    history = History(chance)
    with Sender() as sender:
        for number, sale in enumerate(sales, start=1):
            history.add(sale)
            if number % BLOCK_BOOKINGS == 0:
                sender.send(history.tables)
        sender.send(history.tables)
        sender.wait()
    return history.tables


class History:
    """The tables of bookings, payments, flights, hotels and notifications, waiting for their lines."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self.payments = Lines(
            Payment, "id", "booking_id", "traveller_id", "state", "amount", "refunded", "currency",
            "card_ending", "processor_id", "authorised_at", "captured_at", "closed_at",
        )  # fmt: skip
        self.ledger = Lines(
            LedgerEntry, "payment_id", "movement", "kind", "account", "amount", "currency", "recorded_at"
        )
        self.refunds = Lines(
            Refund, "id", "payment_id", "key", "amount", "currency", "processor_id", "refunded_at"
        )
        self.bookings = Lines(
            Booking, "id", "reference", "traveller_id", "state", "flight_id", "flight_number", "origin",
            "destination", "departs_at", "room_id", "hotel_name", "room_name", "first_night", "nights",
            "travellers", "total", "currency", "payment_id", "refusal_code", "refusal_text", "booked_at",
        )  # fmt: skip
        self.seats = Lines(
            SeatReservation, "booking_id", "flight_id", "seats", "price", "is_released", "reserved_at"
        )
        self.rooms = Lines(
            RoomReservation,
            "booking_id",
            "room_id",
            "first_night",
            "nights",
            "price",
            "is_released",
            "reserved_at",
        )
        self.notes = Lines(
            Notification, "id", "traveller_id", "booking_id", "channel", "subject", "text", "told_at"
        )
        self.tables = [
            self.payments, self.refunds, self.ledger, self.bookings, self.seats, self.rooms, self.notes,
        ]  # fmt: skip

    def add(self, sale: Sale) -> None:
        """One line for the booking, and those that follow from it."""
        booked_at, paid_at, closed_at = map(_moment, (sale.booked_at, sale.paid_at, sale.closed_at))
        self._add_payment(sale, booked_at, paid_at, closed_at)
        self._add_booking(sale, booked_at)
        self._add_reservations(sale, booked_at)
        self._add_notes(sale, booked_at, closed_at)

    def _add_payment(self, sale: Sale, booked_at: str, paid_at: str, closed_at: str) -> None:
        state, currency = sale.fate.payment, sale.flight.currency
        is_captured = state in {"captured", "refunded"}
        self.payments.add(
            sale.payment_id, sale.id, sale.person.id, state, amount(sale.cents),
            amount(sale.refunded_cents), currency, sale.card_ending, f"seed-{sale.payment_id}", booked_at,
            paid_at if is_captured else NULL, closed_at if state in {"voided", "refunded"} else NULL,
        )  # fmt: skip
        if is_captured:
            self._add_movement(sale, sale.payment_id, "capture", sale.cents, paid_at)
        if sale.refunded_cents:
            key = "give-back" if state == "refunded" else "seed"
            self.refunds.add(
                sale.refund_id, sale.payment_id, key, amount(sale.refunded_cents), currency,
                f"seed-{sale.refund_id}", closed_at,
            )  # fmt: skip
            self._add_movement(sale, sale.refund_id, "refund", -sale.refunded_cents, closed_at)

    def _add_movement(self, sale: Sale, movement: str, kind: str, cents: int, at: str) -> None:
        sign, value = ("-", amount(-cents)) if cents < 0 else ("", amount(cents))
        back = "" if sign else "-"
        currency = sale.flight.currency
        self.ledger.add(sale.payment_id, movement, kind, "card_clearing", sign + value, currency, at)
        self.ledger.add(sale.payment_id, movement, kind, "booking_sales", back + value, currency, at)

    def _add_booking(self, sale: Sale, booked_at: str) -> None:
        flight, room = sale.flight, sale.room
        departs_at = _moment(flight.departs_at)
        self.bookings.add(
            sale.id, sale.reference, sale.person.id, sale.fate.booking, flight.id, flight.number,
            flight.origin, flight.destination, departs_at, room.id if room else NULL,
            room.hotel if room else "", room.name if room else "", departs_at[:10], str(sale.nights),
            sale.travellers, amount(sale.cents), flight.currency, sale.payment_id, "", "", booked_at,
        )  # fmt: skip

    def _add_reservations(self, sale: Sale, booked_at: str) -> None:
        released = "f" if sale.is_standing else "t"
        self.seats.add(
            sale.id, sale.flight.id, str(sale.seats), amount(sale.flight_cents), released, booked_at
        )
        if sale.room:
            first_night = _moment(sale.flight.departs_at)[:10]
            self.rooms.add(
                sale.id,
                sale.room.id,
                first_night,
                str(sale.nights),
                amount(sale.room_cents),
                released,
                booked_at,
            )

    def _add_notes(self, sale: Sale, booked_at: str, closed_at: str) -> None:
        flight = sale.flight
        self._note(
            sale,
            f"Trip {sale.reference} is booked",
            f"{flight.number} from {PLACES[flight.origin]} to {PLACES[flight.destination]} on "
            f"{flight.departs_at.day} {flight.departs_at:%B %Y}. {amount(sale.cents)} {flight.currency} is held on your card.",
            booked_at,
        )
        if not sale.is_standing:
            subject = f"Trip {sale.reference} is cancelled"
            self._note(sale, subject, "We are sorry that you are not going.", closed_at)

    def _note(self, sale: Sale, subject: str, text: str, at: str) -> None:
        self.notes.add(self._chance.identity(), sale.person.id, sale.id, "email", subject, text, at)


def _moment(value: datetime) -> str:
    return value.isoformat(" ", "seconds")
