"""What may another context ask of notifications?"""

from __future__ import annotations

from uuid import UUID

from boundaries import Facade, command, query
from monolith.notifications.public.values import Message, Preferences


class Notifications(Facade, context="notifications", version="1"):
    """Tells travellers what has happened to their bookings, and remembers having done so."""

    @query()
    def history(self, *, traveller_id: UUID, limit: int = 20) -> list[Message]:
        """What a traveller was told, newest first."""

    @query()
    def preferences(self, *, traveller_id: UUID) -> Preferences:
        """How a traveller wants to be told; by e-mail unless they said something else."""

    @command(idempotent=True)
    def prefer(self, *, traveller_id: UUID, by_email: bool, by_text: bool) -> Preferences:
        """Change how a traveller wants to be told."""
