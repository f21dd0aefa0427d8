"""Can a trip be searched, booked, paid and cancelled with nothing but a browser?"""

from __future__ import annotations

import re

import pytest
from django.test import Client

from monolith.bookings.models import Booking
from tests.monolith.shop import DAY, Shop, exactly


@pytest.fixture
def browser(shop: Shop) -> Client:
    """Somebody who has just signed up."""
    client = Client()
    answer = client.post("/sign-up", {"name": "Ada Silva", "username": "ada", "password": "travel"})
    assert answer.status_code == 302
    return client


def search(client: Client) -> str:
    asked = {"origin": "AMS", "destination": "LIS", "date": DAY.isoformat(), "nights": 2}
    return client.get("/search", asked).content.decode()


def choose(client: Client, shop: Shop, room: object = None):
    chosen = {"flight": shop.flight.id, "room": room.id if room else "", "date": DAY.isoformat(), "nights": 2}
    return client.post("/choose", chosen, follow=True)


def book(client: Client, card: str = "tok_4242", key: str = "k"):
    return client.post("/book", {"travellers": "Ada\nBo\n", "card": card, "key": key}, follow=True)


def test_the_way_from_search_to_trip(shop: Shop, browser: Client):
    assert "FG1" in search(browser)

    offer = choose(browser, shop, shop.room).content.decode()
    assert "160.00 EUR" in offer

    trip = book(browser)
    assert "400.00 EUR" in trip.content.decode()
    assert "reserved" in trip.content.decode()

    paid = browser.post(f"{trip.request['PATH_INFO']}/pay", follow=True).content.decode()
    assert "Have a good journey" in paid
    assert "captured" in paid.lower()

    cancelled = browser.post(f"{trip.request['PATH_INFO']}/cancel", follow=True).content.decode()
    assert "your money is on its way back" in cancelled

    assert "Amsterdam to Lisbon" in browser.get("/trips").content.decode()


def test_a_form_that_is_sent_twice_books_once(shop: Shop, browser: Client):
    choose(browser, shop)
    first, second = book(browser), book(browser)

    assert first.request["PATH_INFO"] == second.request["PATH_INFO"]
    assert Booking.objects.count() == 1


def test_a_declined_card_is_said_on_the_form_which_can_be_sent_again(shop: Shop, browser: Client):
    choose(browser, shop)

    declined = book(browser, card="tok_0002").content.decode()
    assert "The card was declined" in declined
    key = re.search(r'name="key" value="([^"]+)"', declined).group(1)

    assert "reserved" in book(browser, key=key).content.decode()


def test_an_outage_of_payments_is_said_in_words(shop: Shop, browser: Client):
    choose(browser, shop)
    book(browser)
    choose(browser, shop)
    shop.payments_are_elsewhere()

    assert "Payments cannot be made at the moment" in book(browser, key="another").content.decode()
    trip = browser.get(f"/trips/{Booking.objects.get(state='reserved').id}").content.decode()
    assert "Payment details cannot be shown at the moment" in trip


def test_strangers_are_sent_to_sign_in_and_back(shop: Shop, browser: Client):
    stranger = Client()

    sent = stranger.get("/trips")
    assert sent.headers["Location"] == "/sign-in?next=%2Ftrips"

    back = stranger.post(sent.headers["Location"], {"username": "ada", "password": "travel"})
    assert back.headers["Location"] == "/trips"


def test_signing_in_leads_to_no_other_site(shop: Shop, browser: Client):
    answer = Client().post("/sign-in?next=https://evil.example/", {"username": "ada", "password": "travel"})

    assert answer.headers["Location"] == "/"


def test_a_wrong_password_is_said_on_the_form(shop: Shop, browser: Client):
    answer = Client().post("/sign-in", {"username": "ada", "password": "x"})

    assert "Username or password is wrong" in answer.content.decode()


def test_signing_out_forgets_the_traveller(browser: Client):
    browser.post("/sign-out")

    assert browser.get("/trips").status_code == 302


def test_an_empty_cart_leads_home(browser: Client):
    assert "Nothing has been chosen yet" in browser.get("/book", follow=True).content.decode()


def test_preferences_are_kept(browser: Client):
    browser.post("/messages", {"by_text": "on"})

    page = browser.get("/messages").content.decode()
    assert re.search(r'name="by_text"[^>]*checked', page)
    assert not re.search(r'name="by_email"[^>]*checked', page)


def test_somebody_elses_trip_is_not_found(shop: Shop, browser: Client):
    bea = shop.traveller("bea")
    booking = bea.book()

    assert browser.get(f"/trips/{booking['id']}").status_code == 404


def test_two_different_places_are_needed(shop: Shop):
    asked = {"origin": "AMS", "destination": "AMS", "date": DAY.isoformat(), "nights": 2}

    assert "Choose two different places" in Client().get("/search", asked).content.decode()


def test_health_needs_nothing(db):
    with exactly(0):
        assert Client().get("/healthz").json()["status"] == "ok"
