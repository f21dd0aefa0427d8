"""How does notifications do what its door promises?"""

from __future__ import annotations

from uuid import UUID

from monolith.notifications.models import Channel, Notification, Preference
from monolith.notifications.public import Message, Preferences


class LocalNotifications:
    """Answers for `Notifications` from the tables of this database."""

    def history(self, *, traveller_id: UUID, limit: int = 20) -> list[Message]:
        """Read what a traveller was told."""
        told = Notification.objects.filter(traveller_id=traveller_id).order_by("-told_at")[:limit]
        return [Message(note.id, note.subject, note.text, note.channel, note.told_at) for note in told]

    def preferences(self, *, traveller_id: UUID) -> Preferences:
        """Read how a traveller wants to be told."""
        return preferences_of(traveller_id)

    def prefer(self, *, traveller_id: UUID, by_email: bool, by_text: bool) -> Preferences:
        """Change how a traveller wants to be told."""
        Preference.objects.update_or_create(
            traveller_id=traveller_id, defaults={"by_email": by_email, "by_text": by_text}
        )
        return Preferences(traveller_id, by_email, by_text)


def tell(*, traveller_id: UUID, booking_id: UUID, subject: str, text: str) -> None:
    """Write down what a traveller is told, once for each way that they want to be told in."""
    wanted = preferences_of(traveller_id)
    channels = [
        channel
        for channel, is_wanted in ((Channel.EMAIL, wanted.by_email), (Channel.TEXT, wanted.by_text))
        if is_wanted
    ]
    Notification.objects.bulk_create(
        Notification(
            traveller_id=traveller_id, booking_id=booking_id, channel=channel, subject=subject, text=text
        )
        for channel in channels or [Channel.QUIET]
    )


def preferences_of(traveller_id: UUID) -> Preferences:
    """What a traveller prefers, or the default: by e-mail."""
    record = Preference.objects.filter(pk=traveller_id).first()
    if record is None:
        return Preferences(traveller_id, by_email=True, by_text=False)
    return Preferences(traveller_id, record.by_email, record.by_text)
