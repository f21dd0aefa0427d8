"""Which values does accounts hand out?"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Traveller:
    """Somebody who books."""

    id: UUID
    username: str
    name: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A traveller with the signed token that proves it until it expires."""

    traveller: Traveller
    token: str
