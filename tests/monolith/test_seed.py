"""Is the seeded shop believable, consistent and the same every time?"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F, Sum
from django.test import Client

from monolith.bookings.models import Booking
from monolith.flights.models import Flight, SeatReservation
from monolith.hotels.models import RoomNight, RoomReservation
from monolith.payments.models import LedgerEntry, Payment, Refund
from monolith.payments.public import Payments
from monolith.seed.fill import CONTEXTS
from tests.monolith.shop import Processor

TODAY = date(2030, 3, 1)


def seed(**options: object) -> None:
    call_command("seed_travel", **{"bookings": 300, "days": 3, "first_day": TODAY, **options})


@pytest.fixture
def seeded(committed: None) -> None:
    seed()


def fingerprint() -> dict[str, str]:
    """A digest of every table of the shop, without the numbers that sequences gave."""
    digests = {}
    for context in CONTEXTS:
        for model in apps.get_app_config(context).get_models():
            names = [
                field.attname
                for field in model._meta.concrete_fields
                if field.attname not in {"id", "user_id"}
            ]
            rows = sorted(map(str, model.objects.values_list(*names)))
            digests[model._meta.label] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return digests


def test_the_same_seed_gives_the_same_shop_and_another_one_another(seeded: None):
    first = fingerprint()

    seed(flush=True)
    assert fingerprint() == first

    seed(flush=True, seed=2)
    assert fingerprint()["bookings.Booking"] != first["bookings.Booking"]


def test_a_shop_is_not_filled_twice(seeded: None):
    with pytest.raises(CommandError, match="--flush"):
        seed()


def test_there_are_as_many_bookings_and_payments_as_asked_for(seeded: None):
    assert Booking.objects.count() == Payment.objects.count() == 300
    rows = Payment.objects.count() + LedgerEntry.objects.count() + Refund.objects.count()
    assert 2.7 < rows / 300 < 3.5


def test_every_booking_has_a_payment_of_its_own_in_the_matching_state(seeded: None):
    payments = {payment.booking_id: payment for payment in Payment.objects.all()}

    pairs = {(booking.state, payments[booking.id].state) for booking in Booking.objects.all()}

    assert pairs <= {
        ("paid", "captured"),
        ("cancelled", "refunded"),
        ("cancelled", "voided"),
        ("reserved", "authorised"),
    }
    for booking in Booking.objects.all():
        payment = payments[booking.id]
        assert (booking.payment_id, booking.total, booking.currency) == (
            payment.id,
            payment.amount,
            payment.currency,
        )


def test_the_ledger_balances_and_agrees_with_the_payments(seeded: None):
    for books in Payments.books():
        assert books.imbalance.amount == 0
        captured = Payment.objects.filter(currency=books.currency, captured_at__isnull=False)
        assert books.captured.amount == captured.aggregate(sum=Sum("amount"))["sum"]
        assert books.refunded.amount == captured.aggregate(sum=Sum("refunded"))["sum"]


def test_the_stock_is_what_the_standing_reservations_have_left(seeded: None):
    for flight in Flight.objects.filter(seats_left__lt=F("seats_total")):
        held = SeatReservation.objects.filter(flight=flight, is_released=False).aggregate(sum=Sum("seats"))[
            "sum"
        ]
        assert flight.seats_total - flight.seats_left == held
    taken = RoomNight.objects.aggregate(sum=Sum(F("rooms_total") - F("rooms_left")))["sum"]
    assert taken == RoomReservation.objects.filter(is_released=False).aggregate(sum=Sum("nights"))["sum"]


def test_nobody_books_after_departure_or_in_the_future(seeded: None):
    now = datetime(2030, 3, 1, tzinfo=UTC)

    assert not Booking.objects.filter(booked_at__gte=F("departs_at")).exists()
    assert not Booking.objects.filter(booked_at__gte=now).exists()
    oldest = Booking.objects.filter(state="reserved").order_by("booked_at").first()
    assert oldest is None or oldest.booked_at > now - timedelta(hours=24)


def test_the_sequences_go_on_behind_the_seed(seeded: None):
    last = LedgerEntry.objects.latest("id").id
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('payments_ledgerentry', 'id'))")
        assert cursor.fetchone()[0] > last


def test_the_travellers_can_sign_in_and_book(seeded: None, processor: Processor):
    client = Client()
    answer = client.post(
        "/api/sign-in", {"username": "traveller-1000", "password": "travel"}, content_type="application/json"
    )
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    day = (TODAY + timedelta(days=1)).isoformat()
    found = client.get(f"/api/search?origin=AMS&destination=LIS&date={day}&nights=2").json()
    assert len(found["flights"]) == 2
    assert len(found["rooms"]) == 10

    wanted = {
        "flight_id": found["flights"][0]["id"],
        "room_id": found["rooms"][0]["id"],
        "date": day,
        "nights": 2,
        "travellers": [{"name": "Ada"}],
        "card": "tok_4242",
    }
    booked = client.post("/api/bookings", wanted, content_type="application/json", headers=headers)
    assert booked.status_code == 201, booked.content
