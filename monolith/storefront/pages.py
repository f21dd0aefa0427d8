"""What do the pages show? Each asks the doors of the contexts and renders one template."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from boundaries import DomainError
from boundaries.facades.failure import RemoteFailure
from monolith.accounts.public import Accounts, SignedIn, Traveller
from monolith.bookings.public import Bookings, BookingState, BookingUnknown
from monolith.cart.public import Cart, CartEmpty, Carts
from monolith.catalogue.public import Catalogue, OfferUnknown
from monolith.notifications.public import Notifications
from monolith.storefront.forms import (
    BookForm,
    ChoiceForm,
    PreferencesForm,
    SearchForm,
    SignInForm,
    SignUpForm,
)
from monolith.storefront.identity import COOKIE, traveller_of
from monolith.storefront.trips import trip_view, trip_views

TRY_LATER = (
    "Payments cannot be made at the moment. Nothing was booked or taken; please try again in a minute."
)

Page = Callable[..., HttpResponse]


def for_travellers(page: Page) -> Page:
    """Send whoever is not signed in to the sign-in page, and back again."""

    @wraps(page)
    def guarded(request: HttpRequest, **parts: Any) -> HttpResponse:
        traveller = traveller_of(request)
        if traveller is None:
            back = request.get_full_path() if request.method == "GET" else reverse("storefront:home")
            return redirect(f"{reverse('storefront:sign-in')}?{urlencode({'next': back})}")
        return page(request, traveller=traveller, **parts)

    return guarded


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where to?"""
    return _page(request, "home", form=SearchForm())


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What is there?"""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return _page(request, "home", form=form)
    wanted = form.cleaned_data
    found = Catalogue.search(
        origin=wanted["origin"],
        destination=wanted["destination"],
        day=wanted["date"],
        nights=wanted["nights"],
    )
    return _page(request, "results", form=form, wanted=wanted, found=found)


@require_POST
@for_travellers
def choose(request: HttpRequest, traveller: Traveller) -> HttpResponse:
    """Put a trip into the cart."""
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Please choose a flight.")
        return redirect("storefront:home")
    chosen = form.cleaned_data
    Carts.choose(
        traveller_id=traveller.id,
        flight_id=chosen["flight"],
        room_id=chosen["room"],
        day=chosen["date"],
        nights=chosen["nights"],
    )
    return redirect("storefront:book")


@require_http_methods(["GET", "HEAD", "POST"])
@for_travellers
def book(request: HttpRequest, traveller: Traveller) -> HttpResponse:
    """Book what is in the cart."""
    try:
        cart = Carts.get(traveller_id=traveller.id)
        offer = _offer(cart)
    except (CartEmpty, OfferUnknown) as error:
        messages.info(request, str(error))
        return redirect("storefront:home")
    form = BookForm(request.POST or None, initial={"travellers": traveller.name, "key": str(uuid4())})
    if request.method == "POST" and form.is_valid():
        booking_id = _booked(request, traveller, cart, form.cleaned_data)
        if booking_id is not None:
            return redirect("storefront:trip", booking_id=booking_id)
        form = BookForm(
            initial={**form.cleaned_data, "travellers": request.POST["travellers"], "key": str(uuid4())}
        )
    return _page(request, "book", form=form, cart=cart, **offer)


@require_safe
@for_travellers
def trips(request: HttpRequest, traveller: Traveller) -> HttpResponse:
    """My trips."""
    return _page(request, "trips", views=trip_views(traveller_id=traveller.id))


@require_safe
@for_travellers
def trip(request: HttpRequest, traveller: Traveller, booking_id: UUID) -> HttpResponse:
    """One trip."""
    try:
        view = trip_view(traveller_id=traveller.id, booking_id=booking_id)
    except BookingUnknown as error:
        raise Http404(str(error)) from error
    return _page(request, "trip", view=view, trip=view.trip)


@require_POST
@for_travellers
def pay(request: HttpRequest, traveller: Traveller, booking_id: UUID) -> HttpResponse:
    """Pay for a trip."""
    _ask(request, Bookings.pay, traveller, booking_id, done=(BookingState.PAID, "Paid. Have a good journey!"))
    return redirect("storefront:trip", booking_id=booking_id)


@require_POST
@for_travellers
def cancel(request: HttpRequest, traveller: Traveller, booking_id: UUID) -> HttpResponse:
    """Give a trip up."""
    _ask(
        request,
        Bookings.cancel,
        traveller,
        booking_id,
        done=(BookingState.CANCELLED, "The trip is cancelled; your money is on its way back."),
    )
    return redirect("storefront:trip", booking_id=booking_id)


@require_http_methods(["GET", "HEAD", "POST"])
@for_travellers
def messages_(request: HttpRequest, traveller: Traveller) -> HttpResponse:
    """What I was told, and how I want to be told."""
    if request.method == "POST":
        form = PreferencesForm(request.POST)
        if form.is_valid():
            Notifications.prefer(traveller_id=traveller.id, **form.cleaned_data)
            messages.success(request, "Saved.")
        return redirect("storefront:messages")
    wanted = Notifications.preferences(traveller_id=traveller.id)
    form = PreferencesForm(initial={"by_email": wanted.by_email, "by_text": wanted.by_text})
    return _page(request, "messages", form=form, told=Notifications.history(traveller_id=traveller.id))


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _signed_in(request, Accounts.sign_in(**form.cleaned_data))
        except DomainError as error:
            form.add_error(None, str(error))
    return _page(request, "sign_in", form=form, next=request.GET.get("next", ""))


@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Make an account and sign in."""
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            Accounts.register(**form.cleaned_data)
        except DomainError as error:
            form.add_error("username", str(error))
        else:
            password = form.cleaned_data["password"]
            return _signed_in(
                request, Accounts.sign_in(username=form.cleaned_data["username"], password=password)
            )
    return _page(request, "sign_up", form=form)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Forget who I am."""
    response = redirect("storefront:home")
    response.delete_cookie(COOKIE)
    return response


def _page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    return render(request, f"storefront/{name}.html", {"traveller": traveller_of(request), **context})


def _offer(cart: Cart) -> dict[str, Any]:
    flight = Catalogue.flight(flight_id=cart.flight_id)
    if cart.room_id is None:
        return {"flight": flight, "room": None, "per_person": flight.price, "stay": None}
    room = Catalogue.room(room_id=cart.room_id, day=cart.day, nights=cart.nights)
    return {
        "flight": flight,
        "room": room,
        "per_person": flight.price,
        "stay": room.price_per_night.times(cart.nights),
    }


def _booked(request: HttpRequest, traveller: Traveller, cart: Cart, wanted: dict[str, Any]) -> UUID | None:
    """The id of the booking, or None with the reason among the messages."""
    try:
        booking_id = Bookings.book.keyed(f"{traveller.id}:{wanted['key']}")(
            traveller_id=traveller.id,
            flight_id=cart.flight_id,
            room_id=cart.room_id,
            first_night=cart.day,
            nights=cart.nights,
            travellers=wanted["travellers"],
            card=wanted["card"],
        )
        booked = Bookings.trip(traveller_id=traveller.id, booking_id=booking_id)
    except RemoteFailure:
        messages.error(request, TRY_LATER)
        return None
    if booked.state is not BookingState.FAILED:
        return booking_id
    refusal = booked.refusal
    is_outage = refusal is None or refusal.code.startswith("BD")
    messages.error(request, TRY_LATER if is_outage else refusal.text)
    return None


def _ask(
    request: HttpRequest,
    command: Callable[..., None],
    traveller: Traveller,
    booking_id: UUID,
    *,
    done: tuple[BookingState, str],
) -> None:
    state, text = done
    try:
        command(traveller_id=traveller.id, booking_id=booking_id)
        reached = Bookings.trip(traveller_id=traveller.id, booking_id=booking_id)
    except RemoteFailure:
        messages.error(request, TRY_LATER)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        if reached.state is state:
            messages.success(request, text)
        else:
            messages.error(request, TRY_LATER)


def _signed_in(request: HttpRequest, signed_in: SignedIn) -> HttpResponse:
    back = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("storefront:home")
    response = redirect(back)
    response.set_cookie(COOKIE, signed_in.token, httponly=True, samesite="Lax", secure=request.is_secure())
    return response
