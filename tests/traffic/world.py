"""A shop's databases and a card processor after a quiet day, and the journal of those who travelled."""

from __future__ import annotations

import json
import time
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from .processor import Processor

TABLES = (
    "payments_ledgerentry, payments_refund, payments_payment, bookings_booking, flights_seatreservation,"
    " flights_flight, hotels_roomreservation, hotels_roomnight, hotels_room, hotels_hotel"
)
PRICE = Decimal("120.00")


class World:
    """Acts as the shop would: in the tables, at the processor, and in the journal."""

    def __init__(self, url: str, processor: Processor, journal: Path) -> None:
        self.url, self.processor, self.journal = url, processor, journal
        self.db = psycopg.connect(url, autocommit=True)
        self.db.execute(f"TRUNCATE {TABLES} RESTART IDENTITY")
        self.flight, self.room = str(uuid.uuid4()), str(uuid.uuid4())
        hotel = str(uuid.uuid4())
        self.insert("flights_flight", id=self.flight, number="FG1", origin="AMS", destination="LIS",
                    departs_at="2030-01-01T00:00Z", price=60, currency="EUR", seats_total=300, seats_left=300,
                    revision=1)  # fmt: skip
        self.insert("hotels_hotel", id=hotel, name="The Tram", city="LIS")
        self.insert("hotels_room", id=self.room, hotel_id=hotel, name="Double room", price=60, currency="EUR")
        self.insert(
            "hotels_roomnight",
            room_id=self.room,
            night="2030-01-01",
            rooms_total=50,
            rooms_left=50,
            revision=1,
        )
        self.write({"line": "start", "at": time.time() - 1})

    def insert(self, table: str, **values: Any) -> None:
        marks = ", ".join(["%s"] * len(values))
        self.db.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))

    def write(self, line: dict[str, Any]) -> None:
        with self.journal.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def told(
        self, name: str, booking: str | None, key: str, told: dict[str, Any] | None, **more: Any
    ) -> None:
        line = {"line": "request", "name": name, "write": True, "due": time.time(), "ended": time.time(),
                "latency_ms": 5.0, "failed": told is None, "acknowledged": told is not None, "unknown": told is None,
                "key": key, "booking": booking, "told": told}  # fmt: skip
        self.write({**line, **more})

    def book(self, *, tell: bool = True, is_seeded: bool = False) -> tuple[str, str]:
        """A reserved booking and its authorised payment; of a seeded one the processor knows nothing."""
        booking, payment = str(uuid.uuid4()), str(uuid.uuid4())
        held = f"seed-{payment}"
        if not is_seeded:
            held = self.processor.authorise(f"authorise-{booking}", str(PRICE))[1]["id"]
        self.insert("payments_payment", id=payment, booking_id=booking, traveller_id=uuid.uuid4(), state="authorised",
                    amount=PRICE, refunded=0, currency="EUR", card_ending="4242", processor_id=held,
                    authorised_at="now")  # fmt: skip
        self.insert("bookings_booking", id=booking, reference=booking[:8], traveller_id=uuid.uuid4(), state="reserved",
                    flight_id=self.flight, flight_number="FG1", origin="AMS", destination="LIS", room_id=self.room,
                    hotel_name="", room_name="", first_night="2030-01-01", nights=1, travellers="[]", total=PRICE,
                    currency="EUR", payment_id=payment, refusal_code="", refusal_text="", booked_at="now")  # fmt: skip
        self.insert("flights_seatreservation", booking_id=booking, flight_id=self.flight, seats=1, price=60,
                    is_released=False, reserved_at="now")  # fmt: skip
        self.insert("hotels_roomreservation", booking_id=booking, room_id=self.room, first_night="2030-01-01",
                    nights=1, price=60, is_released=False, reserved_at="now")  # fmt: skip
        self.sell(1)
        if tell:
            told = {"booking": booking, "payment": payment, "amount": str(PRICE), "currency": "EUR",
                    "state": "reserved", "payment_state": "authorised"}  # fmt: skip
            self.told("book", None, str(uuid.uuid4()), told)
        return booking, payment

    def pay(self, booking: str, payment: str, *, tell: bool = True) -> None:
        self.at_processor(payment, "capture", amount=str(PRICE))
        self.db.execute(
            "UPDATE payments_payment SET state = 'captured', captured_at = now() WHERE id = %s", [payment]
        )
        self.enter(payment, payment, "capture", PRICE)
        self.set_booking(booking, "paid")
        if tell:
            told = {"booking": booking, "state": "paid", "payment_state": "captured"}
            self.told("pay", booking, str(uuid.uuid4()), told)

    def refund(self, booking: str, payment: str, amount: str, *, tell: bool = True) -> str:
        key, refund = str(uuid.uuid4()), str(uuid.uuid4())
        _, moved = self.at_processor(payment, "refunds", amount=amount)
        self.insert("payments_refund", id=refund, payment_id=payment, key=f"somebody:{key}", amount=amount,
                    currency="EUR", processor_id=moved["id"], refunded_at="now")  # fmt: skip
        self.db.execute(
            "UPDATE payments_payment SET refunded = refunded + %s WHERE id = %s", [amount, payment]
        )
        self.enter(payment, refund, "refund", -Decimal(amount))
        if tell:
            told = {"booking": booking, "refund": amount, "refunded": amount, "currency": "EUR"}
            self.told("refund", booking, key, told)
        return refund

    def cancel(self, booking: str, payment: str, *, tell: bool = True) -> None:
        """Give up a booking that was not paid."""
        self.at_processor(payment, "void")
        self.db.execute("UPDATE payments_payment SET state = 'voided' WHERE id = %s", [payment])
        self.set_booking(booking, "cancelled")
        for table in ("flights_seatreservation", "hotels_roomreservation"):
            self.db.execute(f"UPDATE {table} SET is_released = true WHERE booking_id = %s", [booking])
        self.sell(-1)
        if tell:
            told = {"booking": booking, "state": "cancelled", "payment_state": "voided"}
            self.told("cancel", booking, str(uuid.uuid4()), told)

    def a_quiet_day(self) -> dict[str, tuple[str, str]]:
        """A booking of each fate, and one of the seed's."""
        day = {fate: self.book() for fate in ("reserved", "paid", "refunded", "cancelled")}
        self.pay(*day["paid"])
        self.pay(*day["refunded"])
        self.refund(*day["refunded"], "30.00")
        self.refund(*day["refunded"], "12.00")
        self.cancel(*day["cancelled"])
        day["seeded"] = self.book(tell=False, is_seeded=True)
        self.pay(*day["seeded"], tell=False)
        yesterday = "UPDATE bookings_booking SET booked_at = now() - interval '1 day' WHERE id = %s"
        self.db.execute(yesterday, [day["seeded"][0]])
        return day

    def at_processor(self, payment: str, act: str, **body: str) -> tuple[int, Any]:
        row = self.db.execute("SELECT processor_id FROM payments_payment WHERE id = %s", [payment]).fetchone()
        assert row
        if row[0].startswith("seed-"):
            return 201, {"id": f"seed-{uuid.uuid4()}"}
        return self.processor.post(f"/authorisations/{row[0]}/{act}", key=str(uuid.uuid4()), **body)

    def enter(self, payment: str, movement: str, kind: str, amount: Decimal) -> None:
        for account, value in (("card_clearing", amount), ("booking_sales", -amount)):
            self.insert("payments_ledgerentry", payment_id=payment, movement=movement, kind=kind, account=account,
                        amount=value, currency="EUR", recorded_at="now")  # fmt: skip

    def set_booking(self, booking: str, state: str) -> None:
        self.db.execute("UPDATE bookings_booking SET state = %s WHERE id = %s", [state, booking])

    def sell(self, count: int) -> None:
        self.db.execute("UPDATE flights_flight SET seats_left = seats_left - %s", [count])
        self.db.execute("UPDATE hotels_roomnight SET rooms_left = rooms_left - %s", [count])
