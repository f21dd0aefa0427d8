"""What does the monolith tell a service about somebody whom it sends there?"""

from __future__ import annotations

import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any

from django.core import signing

from boundaries.errors import BoundaryError
from boundaries.facades.keyring import own_name, remember_nonce, signing_key, verifying_keys

GOOD_SECONDS = 60
_SKEW_SECONDS = 10


class TicketRefused(BoundaryError):
    """Raised when somebody comes with a ticket that is not good: nobody is let in."""

    code = "BD325"
    problem = "The ticket is refused: {reason}."
    remedy = "Open the page from the monolith's admin again; a ticket is good for one minute, and once."


@dataclass(frozen=True, slots=True)
class Ticket:
    """One person on the way into a service's admin. `permissions` are `app_label.codename`, of that service's apps."""

    username: str
    name: str
    permissions: tuple[str, ...]

    def sign(self, *, audience: str) -> str:
        """As text that only `audience` takes, once, within a minute.

        :raises KeyMissing: when there is no key for it.
        """
        said = {**asdict(self), "nonce": secrets.token_urlsafe(16), "at": time.time()}
        key = signing_key(audience).decode()
        return signing.dumps(said, key=key, salt=_salt(own_name(), audience), compress=True)


def read_ticket(text: str, *, issuer: str) -> Ticket:
    """The ticket that `issuer` has signed for this deployable; from now on it is used up.

    :raises TicketRefused: when it is somebody else's, old, from the future, or used.
    :raises NonceStoreUnavailable: when nobody can say whether it was used.
    """
    said = _verified(text, issuer)
    age = time.time() - float(said["at"])
    if not -_SKEW_SECONDS <= age <= GOOD_SECONDS:
        raise TicketRefused(reason=f"it is {age:.0f} seconds old")
    if not remember_nonce(f"boundaries:staff:{said['nonce']}", GOOD_SECONDS + _SKEW_SECONDS):
        raise TicketRefused(reason="it was used before")
    return Ticket(said["username"], said["name"], tuple(said["permissions"]))


def _verified(text: str, issuer: str) -> dict[str, Any]:
    first, *others = (key.decode() for key in verifying_keys(issuer))
    try:
        said: dict[str, Any] = signing.loads(
            text, key=first, fallback_keys=[*others], salt=_salt(issuer, own_name())
        )
    except signing.BadSignature:
        raise TicketRefused(reason="its signature does not fit") from None
    return said


def _salt(issuer: str, audience: str) -> str:
    return f"boundaries.staff:{issuer}:{audience}"
