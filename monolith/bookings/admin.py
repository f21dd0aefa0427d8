"""What does the staff see of bookings?

History: a booking moves by commands and sagas, never by editing a row.
"""

from django.contrib import admin

from monolith.bookings.models import Booking
from monolith.shared.admin import HistoryAdmin


@admin.register(Booking)
class BookingAdmin(HistoryAdmin):
    """Bookings."""

    list_display = [
        "reference", "state", "flight_number", "origin", "destination", "departs_at", "total", "currency",
        "booked_at",
    ]  # fmt: skip
    fields = [
        "id", "reference", "state", "traveller_id", "travellers", "flight_id", "flight_number", "origin",
        "destination", "departs_at", "room_id", "hotel_name", "room_name", "first_night", "nights",
        "total", "currency", "payment_id", "refusal_code", "refusal_text", "booked_at",
    ]  # fmt: skip
    list_filter = ["state", "destination"]
    search_fields = ["=reference", "=id", "=traveller_id"]
    ordering = ["-booked_at"]
