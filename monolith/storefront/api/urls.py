"""Where is each view of the JSON API?"""

from django.urls import path

from monolith.storefront.api import views

urlpatterns = [
    path("sign-in", views.SignInView.as_view()),
    path("places", views.PlacesView.as_view()),
    path("search", views.SearchView.as_view()),
    path("bookings", views.BookingsView.as_view()),
    path("bookings/<uuid:booking_id>", views.BookingView.as_view()),
    path("bookings/<uuid:booking_id>/pay", views.PayView.as_view()),
    path("bookings/<uuid:booking_id>/cancel", views.CancelView.as_view()),
    path("bookings/<uuid:booking_id>/refund", views.RefundView.as_view()),
]
