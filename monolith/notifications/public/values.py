"""Which values does notifications hand out?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Message:
    """Something that a traveller was told."""

    id: UUID
    subject: str
    text: str
    channel: str
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a traveller wants to be told."""

    traveller_id: UUID
    by_email: bool
    by_text: bool
