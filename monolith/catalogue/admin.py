"""What does the staff see of the catalogue? Copies: they are changed where they come from."""

from django.contrib import admin

from monolith.catalogue.models import FlightEntry, RoomEntry
from monolith.shared.admin import HistoryAdmin


@admin.register(FlightEntry)
class FlightEntryAdmin(HistoryAdmin):
    """Departures as they are shown."""

    list_display = ["number", "origin", "destination", "departs_at", "price", "currency", "seats_left"]
    list_filter = ["origin", "destination"]
    ordering = ["departs_at"]


@admin.register(RoomEntry)
class RoomEntryAdmin(HistoryAdmin):
    """Rooms as they are shown."""

    list_display = ["hotel", "name", "city", "price", "currency"]
    list_filter = ["city"]
