"""Which JSON does the API speak?"""

from __future__ import annotations

from typing import Any

from monolith.catalogue.public import FlightOffer, RoomOffer, SearchResult
from monolith.payments.public import Payment
from monolith.shared.money import Money
from monolith.shared.places import PLACES
from monolith.storefront.trips import TripView


def money(value: Money) -> dict[str, str]:
    """An amount as a string, so that nobody reads it as a float."""
    return {"amount": f"{value.amount:.2f}", "currency": value.currency}


def search_result(result: SearchResult) -> dict[str, Any]:
    """What was found."""
    return {
        "flights": [_flight(offer) for offer in result.flights],
        "rooms": [_room(offer) for offer in result.rooms],
    }


def payment(value: Payment | None) -> dict[str, Any] | None:
    """A payment, or null."""
    if value is None:
        return None
    return {
        "id": value.id,
        "state": value.state.value,
        "amount": money(value.amount),
        "refunded": money(value.refunded),
        "card_ending": value.card_ending,
    }


def trip(view: TripView) -> dict[str, Any]:
    """A booking with its payment."""
    booking = view.trip
    stay = booking.stay
    body = {
        "id": booking.id,
        "reference": booking.reference,
        "state": booking.state.value,
        "flight": {
            "id": booking.flight_id,
            "number": booking.flight_number,
            "origin": booking.origin,
            "destination": booking.destination,
            "departs_at": booking.departs_at,
        },
        "stay": stay
        and {
            "room_id": stay.room_id,
            "hotel": stay.hotel,
            "room": stay.room,
            "first_night": stay.first_night,
            "nights": stay.nights,
        },
        "travellers": [{"name": name} for name in booking.travellers],
        "total": money(booking.total),
        "booked_at": booking.booked_at,
        "payment": payment(view.payment),
    }
    if not view.is_payment_known:
        body["payment_unavailable"] = True
    return body


def _flight(offer: FlightOffer) -> dict[str, Any]:
    return {
        "id": offer.id,
        "number": offer.number,
        "origin": offer.origin,
        "destination": offer.destination,
        "departs_at": offer.departs_at,
        "price": money(offer.price),
        "seats_left": offer.seats_left,
    }


def _room(offer: RoomOffer) -> dict[str, Any]:
    return {
        "id": offer.id,
        "hotel": offer.hotel,
        "room": offer.name,
        "city": PLACES.get(offer.city, offer.city),
        "price_per_night": money(offer.price_per_night),
        "rooms_left": offer.rooms_left,
    }
