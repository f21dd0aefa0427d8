"""Does the catalogue show what flights and hotels sell?"""

from django.db import transaction
from django.test import Client

from boundaries import publish
from boundaries.testing.messaging import deliver_all
from monolith.flights.public import SeatsChanged
from tests.monolith.shop import Shop, Traveller, exactly, in_days


def test_a_search_finds_the_flight_and_the_rooms_with_prices_and_stock(shop: Shop):
    found = shop.search()

    assert [flight["number"] for flight in found["flights"]] == ["FG1"]
    assert found["flights"][0]["price"] == {"amount": "120.00", "currency": "EUR"}
    assert found["flights"][0]["seats_left"] == 10
    assert [(room["room"], room["rooms_left"]) for room in found["rooms"]] == [
        ("Double room", 5),
        ("Suite", 1),
    ]
    assert found["rooms"][0]["city"] == "Lisbon"


def test_the_stock_follows_a_booking(shop: Shop, ada: Traveller):
    ada.book(seats=2, room=shop.suite)
    deliver_all()

    found = shop.search()

    assert found["flights"][0]["seats_left"] == 8
    assert [room["room"] for room in found["rooms"]] == ["Double room"]


def test_the_stock_follows_a_cancellation(shop: Shop, ada: Traveller):
    booking = ada.book(seats=2, room=shop.suite)
    ada.cancel(booking)
    deliver_all()

    found = shop.search()

    assert found["flights"][0]["seats_left"] == 10
    assert len(found["rooms"]) == 2


def test_news_that_arrive_late_do_not_replace_newer_ones(shop: Shop, ada: Traveller):
    ada.book(seats=3)
    deliver_all()

    with transaction.atomic():
        publish(SeatsChanged(shop.flight.id, 99, 1))
    deliver_all()

    assert shop.search()["flights"][0]["seats_left"] == 7


def test_a_sold_out_flight_is_not_shown(shop: Shop, ada: Traveller):
    ada.book(seats=9)
    ada.book(seats=1)
    deliver_all()

    assert shop.search()["flights"] == []


def test_a_room_is_shown_only_for_stays_in_which_every_night_is_on_sale(shop: Shop):
    assert len(shop.search(nights=10)["rooms"]) == 2
    assert shop.search(nights=11)["rooms"] == []


def test_other_days_have_other_flights(shop: Shop):
    assert shop.search(day=in_days(1))["flights"] == []


def test_a_search_makes_two_queries(shop: Shop):
    with exactly(2):
        shop.search()


def test_nonsense_is_refused_field_by_field(shop: Shop):
    answer = Client().get("/api/search", {"origin": "XXX", "destination": "LIS", "date": "soon"})

    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert set(answer.json()["fields"]) == {"origin", "date"}
