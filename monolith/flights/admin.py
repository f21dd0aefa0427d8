"""What does the staff see of flights? The schedule; the stock belongs to the reservations."""

from django.contrib import admin

from monolith.flights.models import Flight, SeatReservation
from monolith.shared.admin import HistoryAdmin


@admin.register(Flight)
class FlightAdmin(HistoryAdmin):
    """Departures."""

    list_display = [
        "number",
        "origin",
        "destination",
        "departs_at",
        "price",
        "currency",
        "seats_left",
        "seats_total",
    ]
    list_filter = ["origin", "destination"]
    search_fields = ["number"]
    date_hierarchy = "departs_at"
    ordering = ["departs_at"]


@admin.register(SeatReservation)
class SeatReservationAdmin(HistoryAdmin):
    """Who keeps which seats."""

    list_display = ["booking_id", "flight", "seats", "price", "is_released", "reserved_at"]
    list_select_related = ["flight"]
    search_fields = ["=booking_id"]
