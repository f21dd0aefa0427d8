"""What does the staff see of hotels? The houses can be edited; the stock belongs to the reservations."""

from django.contrib import admin

from monolith.hotels.models import Hotel, Room, RoomNight, RoomReservation
from monolith.shared.admin import HistoryAdmin


@admin.register(Hotel)
class HotelAdmin(admin.ModelAdmin):
    """Houses."""

    list_display = ["name", "city"]
    list_filter = ["city"]
    search_fields = ["name"]


@admin.register(Room)
class RoomAdmin(HistoryAdmin):
    """Kinds of rooms."""

    list_display = ["name", "hotel", "price", "currency"]
    list_select_related = ["hotel"]
    list_filter = ["hotel__city"]


@admin.register(RoomNight)
class RoomNightAdmin(HistoryAdmin):
    """The stock."""

    list_display = ["night", "room", "rooms_left", "rooms_total"]
    list_select_related = ["room__hotel"]
    date_hierarchy = "night"
    ordering = ["night"]


@admin.register(RoomReservation)
class RoomReservationAdmin(HistoryAdmin):
    """Who keeps which room."""

    list_display = ["booking_id", "room", "first_night", "nights", "price", "is_released"]
    list_select_related = ["room__hotel"]
    search_fields = ["=booking_id"]
