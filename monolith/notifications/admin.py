"""What does the staff see of notifications?

What was told is history; how somebody wants to be told may change.
"""

from django.contrib import admin

from monolith.notifications.models import Notification, Preference
from monolith.shared.admin import HistoryAdmin


@admin.register(Notification)
class NotificationAdmin(HistoryAdmin):
    """What travellers were told."""

    list_display = ["told_at", "subject", "channel", "traveller_id"]
    list_filter = ["channel"]
    search_fields = ["=traveller_id", "=booking_id"]
    ordering = ["-told_at"]


@admin.register(Preference)
class PreferenceAdmin(admin.ModelAdmin):
    """How travellers want to be told."""

    list_display = ["traveller_id", "by_email", "by_text", "changed_at"]
    search_fields = ["=traveller_id"]
    show_full_result_count = False
