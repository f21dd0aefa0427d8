"""What is in the databases?

The tables are read as they are, by SQL, those of payments from the database of whoever owns payments now.
Payments that the processor authorised carry its id, which begins with `auth-`; all others were seeded.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

import psycopg

FROM_PROCESSOR = "auth-"


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A row of bookings."""

    id: str
    state: str
    total: Decimal
    currency: str
    payment: str | None
    booked_at: float


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A row of payments."""

    id: str
    booking: str
    state: str
    amount: Decimal
    refunded: Decimal
    currency: str
    authorisation: str | None

    @property
    def is_at_processor(self) -> bool:
        """Whether the card processor should know of it; a seeded one it does not."""
        return (self.authorisation or "").startswith(FROM_PROCESSOR)

    @property
    def in_words(self) -> str:
        """What it says of itself."""
        return f"payment {self.id} is {self.state} with {self.refunded} of {self.amount} given back"

    @property
    def captured(self) -> Decimal:
        """What was taken, by its state: all of it or nothing."""
        return self.amount if self.state in ("captured", "refunded") else Decimal(0)


@dataclass(frozen=True, slots=True)
class RefundRow:
    """A row of refunds."""

    id: str
    payment: str
    key: str
    amount: Decimal
    processor_id: str


@dataclass(slots=True)
class LedgerSum:
    """What the ledger says of one payment: what captures brought in, how often, and what refunds took out."""

    captured: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    captures: int = 0
    balance: Decimal = Decimal(0)


@dataclass(slots=True)
class Rows:
    """Everything that the audit compares."""

    bookings: dict[str, BookingRow] = field(default_factory=dict)
    payments: dict[str, PaymentRow] = field(default_factory=dict)
    payments_of: dict[str, list[PaymentRow]] = field(default_factory=lambda: defaultdict(list))
    refunds_of: dict[str, list[RefundRow]] = field(default_factory=lambda: defaultdict(list))
    ledger: dict[str, LedgerSum] = field(default_factory=dict)
    doubled_entries: list[str] = field(default_factory=list)
    stock: list[str] = field(default_factory=list)

    def entered(self, payment: str) -> LedgerSum:
        """What the ledger says of a payment, nothing if need be."""
        return self.ledger.get(payment) or LedgerSum()


def read_rows(*, bookings_url: str, payments_url: str) -> Rows:
    """Read both databases, each in one snapshot."""
    rows = Rows()
    with psycopg.connect(payments_url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        _read_payments(connection, rows)
    with psycopg.connect(bookings_url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        _read_bookings(connection, rows)
        rows.stock = [sentence for query in _STOCK for (sentence,) in connection.execute(query)]
    return rows


def _read_payments(connection: psycopg.Connection, rows: Rows) -> None:
    for row in connection.execute(
        "SELECT id::text, booking_id::text, state, amount, refunded, currency, processor_id"
        " FROM payments_payment"
    ):
        payment = PaymentRow(*row)
        rows.payments[payment.id] = payment
        rows.payments_of[payment.booking].append(payment)
    for row in connection.execute(
        "SELECT id::text, payment_id::text, key, amount, processor_id FROM payments_refund"
    ):
        refund = RefundRow(*row)
        rows.refunds_of[refund.payment].append(refund)
    for payment_id, kind, account, count, amount in connection.execute(
        "SELECT payment_id::text, kind, account, count(*), sum(amount)"
        " FROM payments_ledgerentry GROUP BY 1, 2, 3"
    ):
        _enter(rows.ledger.setdefault(payment_id, LedgerSum()), kind, account, count, amount)
    rows.doubled_entries = [
        movement
        for (movement,) in connection.execute(
            "SELECT movement::text FROM payments_ledgerentry GROUP BY movement, account HAVING count(*) > 1"
        )
    ]


def _enter(ledger: LedgerSum, kind: str, account: str, count: int, amount: Decimal) -> None:
    ledger.balance += amount
    if account != "card_clearing":
        return
    if kind == "capture":
        ledger.captured, ledger.captures = ledger.captured + amount, ledger.captures + count
    else:
        ledger.refunded -= amount


def _read_bookings(connection: psycopg.Connection, rows: Rows) -> None:
    for row in connection.execute(
        "SELECT id::text, state, total, currency, payment_id::text, extract(epoch FROM booked_at)::float8"
        " FROM bookings_booking"
    ):
        booking = BookingRow(*row)
        rows.bookings[booking.id] = booking


_STOCK = (
    # Seats that are off sale are those of reservations.
    """
    SELECT format('Flight %s: %s seats are off sale, %s are reserved.', f.id, f.seats_total - f.seats_left,
                  coalesce(r.seats, 0))
      FROM flights_flight f
      LEFT JOIN (SELECT flight_id, sum(seats) AS seats FROM flights_seatreservation
                  WHERE NOT is_released GROUP BY flight_id) r ON r.flight_id = f.id
     WHERE f.seats_total - f.seats_left <> coalesce(r.seats, 0)
    """,
    # So are rooms, night by night.
    """
    SELECT format('Room %s in the night of %s: %s are off sale, %s are reserved.', n.room_id, n.night,
                  n.rooms_total - n.rooms_left, coalesce(r.rooms, 0))
      FROM hotels_roomnight n
      LEFT JOIN (SELECT room_id, first_night + night AS night, count(*) AS rooms
                   FROM hotels_roomreservation, generate_series(0, nights - 1) AS night
                  WHERE NOT is_released GROUP BY 1, 2) r ON r.room_id = n.room_id AND r.night = n.night
     WHERE n.rooms_total - n.rooms_left <> coalesce(r.rooms, 0)
    """,
    # Whoever has a booking has the seats, and nobody else.
    """
    SELECT format('Booking %s is %s, its seats are %s.', coalesce(b.id, s.booking_id),
                  coalesce(b.state, 'not living'),
                  CASE WHEN s.booking_id IS NULL THEN 'not kept' ELSE 'kept' END)
      FROM (SELECT * FROM bookings_booking WHERE state IN ('reserved', 'paid')) b
      FULL JOIN (SELECT * FROM flights_seatreservation WHERE NOT is_released) s ON s.booking_id = b.id
     WHERE b.id IS NULL OR s.booking_id IS NULL
    """,
    # And the room, if it has one.
    """
    SELECT format('Booking %s is %s, its room is %s.', coalesce(b.id, s.booking_id),
                  coalesce(b.state, 'not living'),
                  CASE WHEN s.booking_id IS NULL THEN 'not kept' ELSE 'kept' END)
      FROM (SELECT * FROM bookings_booking WHERE state IN ('reserved', 'paid') AND room_id IS NOT NULL) b
      FULL JOIN (SELECT * FROM hotels_roomreservation WHERE NOT is_released) s ON s.booking_id = b.id
     WHERE b.id IS NULL OR s.booking_id IS NULL
    """,
)
