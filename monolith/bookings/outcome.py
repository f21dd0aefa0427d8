"""What came of it?"""

from __future__ import annotations

from uuid import UUID

from boundaries.messaging.saga_run import run_saga
from monolith.bookings.models import Booking

MOST_TEXT = 300


def run_to_outcome(*, saga_id: UUID, booking_id: UUID) -> None:
    """Run a saga as far as it goes now, and write down with the booking why it was refused, if it was."""
    saga = run_saga(saga_id)
    if saga.failure:
        Booking.objects.filter(pk=booking_id).update(
            refusal_code=saga.failure["code"], refusal_text=saga.failure["text"][:MOST_TEXT]
        )
