"""The box office's admin, with rows of the press in it."""

from django.contrib import admin
from press.admin import NoteInline

from ticketing.models import Booking, Coupon


class BookingInline(admin.TabularInline):
    """Bookings inside of other pages."""

    model = Booking


@admin.register(Booking)
class BookingAdmin(admin.ModelAdmin):
    """A booking with its notes."""

    inlines = [NoteInline]
    search_fields = ["visitor__username", "state"]


admin.site.register(Coupon)
