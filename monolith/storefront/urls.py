"""Where is each page of the shop?"""

from django.urls import path

from monolith.storefront import pages

app_name = "storefront"

urlpatterns = [
    path("", pages.home, name="home"),
    path("search", pages.search, name="search"),
    path("choose", pages.choose, name="choose"),
    path("book", pages.book, name="book"),
    path("trips", pages.trips, name="trips"),
    path("trips/<uuid:booking_id>", pages.trip, name="trip"),
    path("trips/<uuid:booking_id>/pay", pages.pay, name="pay"),
    path("trips/<uuid:booking_id>/cancel", pages.cancel, name="cancel"),
    path("messages", pages.messages_, name="messages"),
    path("sign-in", pages.sign_in, name="sign-in"),
    path("sign-up", pages.sign_up, name="sign-up"),
    path("sign-out", pages.sign_out, name="sign-out"),
]
