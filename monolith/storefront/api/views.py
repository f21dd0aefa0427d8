"""What does the JSON API do?

Every view asks the doors of the contexts and shapes their answers; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from monolith.accounts.public import Accounts
from monolith.bookings.public import Bookings, BookingState
from monolith.catalogue.public import Catalogue
from monolith.payments.public import Payments, PaymentUnknown
from monolith.shared.places import PLACES
from monolith.storefront.api import refusals, request, shapes
from monolith.storefront.trips import trip_view, trip_views

MOST_KEY = 120


class ShopView(APIView):
    """Base of the API's views: refusals have the shop's form."""

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """Answer for domain errors and for contexts that cannot be asked."""
        return refusals.answer

    def traveller_id(self) -> UUID:
        """Who is asking."""
        return self.request.user.id

    def key(self) -> str:
        """The request's idempotency key, apart for each traveller; a random one where none was sent."""
        sent = self.request.headers.get("Idempotency-Key", "")[:MOST_KEY]
        return f"{self.traveller_id()}:{sent or uuid4()}"


class SignInView(ShopView):
    """POST /api/sign-in."""

    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []

    def post(self, request_: Request) -> Response:
        """A token for the right password."""
        form = request.SignIn(data=request_.data)
        form.is_valid(raise_exception=True)
        signed_in = Accounts.sign_in(**form.validated_data)
        return Response({"token": signed_in.token, "name": signed_in.traveller.name})


class PlacesView(ShopView):
    """GET /api/places."""

    permission_classes: list[Any] = []

    def get(self, request_: Request) -> Response:
        """Where one can fly from and to."""
        return Response({"places": [{"code": code, "city": city} for code, city in PLACES.items()]})


class SearchView(ShopView):
    """GET /api/search."""

    permission_classes: list[Any] = []

    def get(self, request_: Request) -> Response:
        """Flights of a day, and rooms where they go."""
        form = request.Search(data=request_.query_params)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        found = Catalogue.search(
            origin=wanted["origin"],
            destination=wanted["destination"],
            day=wanted["date"],
            nights=wanted["nights"],
        )
        return Response(shapes.search_result(found))


class BookingsView(ShopView):
    """GET and POST /api/bookings."""

    def get(self, request_: Request) -> Response:
        """The newest trips of whoever asks."""
        views = trip_views(traveller_id=self.traveller_id())
        return Response({"bookings": [shapes.trip(view) for view in views]})

    def post(self, request_: Request) -> Response:
        """Book: 201 with everything kept and held, or a refusal with nothing kept and held."""
        form = request.Book(data=request_.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        booking_id = Bookings.book.keyed(self.key())(
            traveller_id=self.traveller_id(),
            flight_id=wanted["flight_id"],
            room_id=wanted["room_id"],
            first_night=wanted["date"],
            nights=wanted["nights"],
            travellers=[traveller["name"] for traveller in wanted["travellers"]],
            card=wanted["card"],
        )
        view = trip_view(traveller_id=self.traveller_id(), booking_id=booking_id)
        if view.trip.state is BookingState.FAILED:
            return refusals.came_to_nothing(view.trip.refusal)
        return Response(shapes.trip(view), status=202 if view.trip.state is BookingState.PENDING else 201)


class BookingView(ShopView):
    """GET /api/bookings/ID."""

    def get(self, request_: Request, booking_id: UUID) -> Response:
        """One trip, also while payments cannot be asked."""
        return Response(shapes.trip(trip_view(traveller_id=self.traveller_id(), booking_id=booking_id)))


class PayView(ShopView):
    """POST /api/bookings/ID/pay."""

    def post(self, request_: Request, booking_id: UUID) -> Response:
        """Take the money that is held."""
        Bookings.pay(traveller_id=self.traveller_id(), booking_id=booking_id)
        return self._outcome(booking_id, wanted=BookingState.PAID)

    def _outcome(self, booking_id: UUID, *, wanted: BookingState) -> Response:
        view = trip_view(traveller_id=self.traveller_id(), booking_id=booking_id)
        if view.trip.state is wanted:
            return Response(shapes.trip(view))
        if view.trip.refusal:
            return refusals.came_to_nothing(view.trip.refusal)
        return Response(shapes.trip(view), status=202)


class CancelView(PayView):
    """POST /api/bookings/ID/cancel."""

    def post(self, request_: Request, booking_id: UUID) -> Response:
        """Give the trip up; the money goes back."""
        Bookings.cancel(traveller_id=self.traveller_id(), booking_id=booking_id)
        return self._outcome(booking_id, wanted=BookingState.CANCELLED)


class RefundView(ShopView):
    """POST /api/bookings/ID/refund."""

    def post(self, request_: Request, booking_id: UUID) -> Response:
        """Give a part of the money back; the trip stays."""
        form = request.Refund(data=request_.data)
        form.is_valid(raise_exception=True)
        trip = Bookings.trip(traveller_id=self.traveller_id(), booking_id=booking_id)
        if trip.payment_id is None:
            raise PaymentUnknown(payment_id=booking_id)
        key = self.key()
        payment = Payments.refund.keyed(f"refund:{key}")(
            payment_id=trip.payment_id, amount=form.money, refund_key=key
        )
        return Response({"id": trip.id, "state": trip.state.value, "payment": shapes.payment(payment)})
