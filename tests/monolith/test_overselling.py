"""Can more be sold than there is, or taken than was agreed, when many want it at once?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from monolith.flights.models import SeatReservation
from monolith.payments.models import LedgerEntry, Payment
from tests.monolith.shop import Answer, Processor, Shop, Traveller


def all_at_once(count: int, ask: Callable[[int], Answer]) -> list[Answer]:
    """Ask from `count` threads that start together."""
    start = Barrier(count)

    def asked(number: int) -> Answer:
        start.wait()
        try:
            return ask(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(asked, range(count)))


def test_given_ten_seats_when_eight_people_want_two_each_then_five_get_them(shop: Shop, ada: Traveller):
    answers = all_at_once(8, lambda _: ada.book(seats=2))

    outcomes = Counter((answer.status, answer.body.get("code")) for answer in answers)
    assert outcomes == {(201, None): 5, (409, "flights.sold_out"): 3}
    assert shop.seats_left == 0
    assert SeatReservation.objects.filter(is_released=False).count() == 5


def test_given_one_suite_when_stays_overlap_then_one_gets_it_and_the_others_keep_no_seat(
    shop: Shop, ada: Traveller
):
    answers = all_at_once(6, lambda number: ada.book(room=shop.suite, nights=1 + number))

    outcomes = Counter((answer.status, answer.body.get("code")) for answer in answers)
    assert outcomes == {(201, None): 1, (409, "hotels.sold_out"): 5}
    assert shop.seats_left == 9
    assert shop.rooms_left(shop.suite)[0] == 0


def test_given_one_key_when_a_booking_is_sent_many_times_then_it_is_made_once(
    shop: Shop, ada: Traveller, processor: Processor
):
    before = processor.count()

    answers = all_at_once(6, lambda _: ada.book(key="one"))

    assert {answer["id"] for answer in answers} == {answers[0]["id"]}
    assert shop.seats_left == 9
    assert processor.count() == before + 1


def test_given_a_reserved_trip_when_it_is_paid_many_times_then_the_money_is_taken_once(
    ada: Traveller, processor: Processor
):
    booking = ada.book()

    answers = all_at_once(6, lambda _: ada.pay(booking))

    assert {answer.status for answer in answers} == {200}
    assert processor.authorisation_of(booking)["captured"] == "120.00"
    assert LedgerEntry.objects.filter(kind="capture").count() == 2


def test_given_a_reserved_trip_when_it_is_paid_and_cancelled_at_once_then_no_money_is_kept_for_nothing(
    ada: Traveller, processor: Processor
):
    booking = ada.book()

    all_at_once(6, lambda number: ada.pay(booking) if number % 2 else ada.cancel(booking))

    assert ada.trip(booking)["state"] == "cancelled"
    authorisation = processor.authorisation_of(booking)
    assert authorisation["captured"] == authorisation["refunded"]
    assert Payment.objects.get().state == authorisation["state"]
