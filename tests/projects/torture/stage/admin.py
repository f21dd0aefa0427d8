"""The programme's admin, with rows of the box office in it."""

from django.contrib import admin
from ticketing.admin import BookingInline

from stage.models import Performance


@admin.register(Performance)
class PerformanceAdmin(admin.ModelAdmin):
    """An evening with its bookings."""

    inlines = [BookingInline]
