"""Does a booking keep seats, room and money together, or nothing of it?"""

import uuid

import pytest

from monolith.bookings.models import Booking
from monolith.flights.models import SeatReservation
from monolith.flights.public import Flights
from monolith.hotels.models import RoomReservation
from monolith.hotels.public import Hotels
from monolith.payments.public import Payments
from monolith.shared.money import Money
from tests.monolith.shop import DAY, DECLINED_CARD, Processor, Shop, Traveller, exactly


class TestBook:
    def test_keeps_seats_and_room_and_holds_the_money(self, shop: Shop, ada: Traveller, processor: Processor):
        booking = ada.book(seats=2, room=shop.room, nights=3)

        assert booking.status == 201
        assert booking["state"] == "reserved"
        assert booking["total"] == {"amount": "480.00", "currency": "EUR"}
        assert booking["payment"]["state"] == "authorised"
        assert shop.seats_left == 8
        assert shop.rooms_left() == [4, 4, 4, 5, 5, 5, 5, 5, 5, 5]
        assert processor.authorisation_of(booking)["amount"] == "480.00"

    def test_works_without_a_room(self, shop: Shop, ada: Traveller):
        booking = ada.book()

        assert (booking.status, booking["stay"], booking["total"]["amount"]) == (201, None, "120.00")

    def test_shows_what_was_agreed(self, shop: Shop, ada: Traveller):
        trip = ada.trip(ada.book(room=shop.room, nights=2))

        assert trip["flight"]["number"] == "FG1"
        assert trip["flight"]["departs_at"] == "2030-05-17T09:30:00Z"
        assert trip["stay"]["hotel"] == "Casa do Fado"
        assert trip["stay"]["nights"] == 2
        assert trip["travellers"] == [{"name": "Traveller 0"}]

    def test_happens_once_however_often_it_is_sent(self, shop: Shop, ada: Traveller, processor: Processor):
        before = processor.count()
        first = ada.book(key="a", room=shop.room)
        second = ada.book(key="a", room=shop.room)

        assert (second.status, second["id"]) == (201, first["id"])
        assert shop.seats_left == 9
        assert processor.count() == before + 1

    def test_refuses_a_key_that_was_used_for_something_else(self, shop: Shop, ada: Traveller):
        ada.book(key="a")

        other = ada.book(key="a", seats=2)

        assert (other.status, other["code"]) == (422, "idempotency_key_reused")

    def test_keys_of_different_travellers_have_nothing_to_do_with_each_other(
        self, ada: Traveller, bea: Traveller
    ):
        assert ada.book(key="a")["id"] != bea.book(key="a")["id"]

    def test_repeats_a_refusal_too(self, shop: Shop, ada: Traveller):
        first = ada.book(key="a", card=DECLINED_CARD)
        second = ada.book(key="a", card=DECLINED_CARD)

        assert (first.status, first.body) == (second.status, second.body)


class TestRefusals:
    def assert_nothing_is_left(self, shop: Shop) -> None:
        assert shop.seats_left == 10
        assert shop.rooms_left() == [5] * 10
        assert shop.rooms_left(shop.suite) == [1] * 10
        assert not SeatReservation.objects.filter(is_released=False).exists()
        assert not RoomReservation.objects.filter(is_released=False).exists()
        assert set(Booking.objects.values_list("state", flat=True)) == {"failed"}

    def test_a_declined_card_leaves_nothing(self, shop: Shop, ada: Traveller, processor: Processor):
        before = processor.count()

        answer = ada.book(card=DECLINED_CARD, room=shop.room)

        assert (answer.status, answer["code"]) == (402, "payments.card_declined")
        assert "insufficient_funds" in answer["detail"]
        assert processor.count() == before
        self.assert_nothing_is_left(shop)

    def test_a_full_flight_is_a_conflict(self, shop: Shop, ada: Traveller):
        ada.book(seats=9)

        answer = ada.book(seats=2)

        assert (answer.status, answer["code"]) == (409, "flights.sold_out")
        assert shop.seats_left == 1

    def test_a_taken_room_gives_the_seats_back(self, shop: Shop, ada: Traveller, processor: Processor):
        ada.book(room=shop.suite, nights=2)
        before = processor.count()

        answer = ada.book(room=shop.suite, nights=5, seats=3)

        assert (answer.status, answer["code"]) == (409, "hotels.sold_out")
        assert shop.seats_left == 9
        assert shop.rooms_left(shop.suite) == [0, 0, 1, 1, 1, 1, 1, 1, 1, 1]
        assert processor.count() == before

    def test_nights_that_are_not_on_sale_are_sold_out(self, shop: Shop, ada: Traveller):
        assert ada.book(room=shop.room, nights=11)["code"] == "hotels.sold_out"
        self.assert_nothing_is_left(shop)

    def test_an_unknown_flight_is_not_found(self, shop: Shop, ada: Traveller):
        answer = ada.book(flight_id=uuid.uuid4())

        assert (answer.status, answer["code"]) == (404, "flights.unknown")

    def test_flight_and_room_must_be_sold_in_one_currency(self, shop: Shop, ada: Traveller):
        room = Hotels.open_room(
            hotel="Castle View",
            name="Double room",
            city="EDI",
            price_per_night=Money.of("90", "GBP"),
            first_night=DAY,
            nights=3,
            rooms=1,
        )

        answer = ada.book(room=room)

        assert (answer.status, answer["code"]) == (409, "bookings.mixed_trip")
        assert shop.rooms_left(room) == [1, 1, 1]
        self.assert_nothing_is_left(shop)

    @pytest.mark.parametrize("wrong", [{"travellers": []}, {"card": ""}, {"nights": 0}, {"flight_id": "x"}])
    def test_nonsense_is_refused_before_anything_happens(self, shop: Shop, ada: Traveller, wrong: dict):
        good = {
            "flight_id": str(shop.flight.id),
            "room_id": None,
            "date": DAY.isoformat(),
            "nights": 1,
            "travellers": [{"name": "Ada"}],
            "card": "tok_4242",
        }

        answer = ada.post("/api/bookings", {**good, **wrong})

        assert (answer.status, list(answer["fields"])) == (400, list(wrong))
        assert not Booking.objects.exists()


class TestTrips:
    def test_belong_to_whoever_booked_them(self, ada: Traveller, bea: Traveller):
        booking = ada.book()

        assert bea.trip(booking).status == 404
        assert bea.pay(booking).status == 404
        assert bea.cancel(booking).status == 404
        assert bea.refund(booking, "1.00").status == 404
        assert bea.get("/api/bookings")["bookings"] == []

    def test_are_listed_newest_first_with_their_payments(self, ada: Traveller):
        booked = [ada.book()["id"] for _ in range(3)]

        with exactly(2):
            listed = ada.get("/api/bookings")["bookings"]

        assert [trip["id"] for trip in listed] == booked[::-1]
        assert {trip["payment"]["state"] for trip in listed} == {"authorised"}

    def test_one_trip_costs_two_queries(self, ada: Traveller):
        booking = ada.book()

        with exactly(2):
            ada.trip(booking)


class TestReservations:
    def test_reserving_twice_under_different_keys_keeps_the_seats_once(self, shop: Shop):
        booking_id = uuid.uuid4()
        first = Flights.reserve(booking_id=booking_id, flight_id=shop.flight.id, seats=2)
        second = Flights.reserve(booking_id=booking_id, flight_id=shop.flight.id, seats=2)

        assert first == second
        assert shop.seats_left == 8

    def test_releasing_twice_gives_the_seats_back_once(self, shop: Shop):
        booking_id = uuid.uuid4()
        Flights.reserve(booking_id=booking_id, flight_id=shop.flight.id, seats=2)

        assert Flights.release(booking_id=booking_id) is True
        assert Flights.release(booking_id=booking_id) is False
        assert shop.seats_left == 10

    def test_what_was_released_is_not_reserved_again_by_a_straggler(self, shop: Shop):
        booking_id = uuid.uuid4()
        held = {"booking_id": booking_id, "room_id": shop.room.id, "first_night": DAY, "nights": 2}
        Hotels.reserve(**held)
        Hotels.release(booking_id=booking_id)

        with pytest.raises(Exception, match="was released"):
            Hotels.reserve(**held)
        assert shop.rooms_left() == [5] * 10

    def test_payments_of_several_bookings_are_one_query(self, ada: Traveller):
        ids = [uuid.UUID(ada.book()["id"]) for _ in range(3)]

        with exactly(1):
            payments = Payments.for_bookings(booking_ids=[*ids, uuid.uuid4()])

        assert set(payments) == set(ids)
