"""The door of notifications."""

from monolith.notifications.public.facade import Notifications
from monolith.notifications.public.values import Message, Preferences

__all__ = ["Message", "Notifications", "Preferences"]
