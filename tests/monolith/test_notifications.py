"""Do travellers hear what happened, in the way they want, and once?"""

from boundaries.testing.messaging import deliver_all
from monolith.notifications.public import Notifications, Preferences
from tests.monolith.shop import Shop, Traveller


def told(traveller: Traveller) -> list[tuple[str, str]]:
    deliver_all()
    history = Notifications.history(traveller_id=traveller.id)
    return sorted((message.subject, message.channel) for message in history)


def test_a_booking_its_payment_and_its_end_are_told(shop: Shop, ada: Traveller):
    booking = ada.book(room=shop.room)
    ada.pay(booking)
    ada.cancel(booking)

    assert told(ada) == [
        ("Money is on its way back to you", "email"),
        (f"Trip {booking['reference']} is booked", "email"),
        (f"Trip {booking['reference']} is cancelled", "email"),
        ("Your receipt", "email"),
    ]


def test_travellers_choose_how_they_are_told(ada: Traveller):
    Notifications.prefer(traveller_id=ada.id, by_email=False, by_text=True)
    ada.book()

    assert [channel for _, channel in told(ada)] == ["text"]


def test_whoever_wants_nothing_finds_it_written_down_all_the_same(ada: Traveller):
    Notifications.prefer(traveller_id=ada.id, by_email=False, by_text=False)
    ada.book()

    assert [channel for _, channel in told(ada)] == ["quiet"]


def test_without_a_choice_it_is_by_email(ada: Traveller):
    assert Notifications.preferences(traveller_id=ada.id) == Preferences(ada.id, by_email=True, by_text=False)


def test_nobody_hears_of_a_booking_that_failed(ada: Traveller):
    ada.book(card="tok_0002")

    assert told(ada) == []
