"""What does the staff see of accounts?"""

from django.contrib import admin

from monolith.accounts.models import Traveller


@admin.register(Traveller)
class TravellerAdmin(admin.ModelAdmin):
    """The travellers; their passwords are among Django's users."""

    list_display = ["name", "user", "joined_at"]
    list_select_related = ["user"]
    search_fields = ["name", "user__username"]
    autocomplete_fields = ["user"]
    readonly_fields = ["id", "joined_at"]
    show_full_result_count = False
