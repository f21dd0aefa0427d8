"""What does the staff see of the carts?"""

from django.contrib import admin

from monolith.cart.models import CartRecord


@admin.register(CartRecord)
class CartRecordAdmin(admin.ModelAdmin):
    """What travellers are about to book."""

    list_display = ["traveller_id", "flight_id", "room_id", "day", "nights", "changed_at"]
    fields = ["traveller_id", "flight_id", "room_id", "day", "nights", "changed_at"]
    readonly_fields = fields
    show_full_result_count = False
