"""How does a traveller prove who they are, request after request?

With a token that Django's signer made: it holds the traveller itself, so that no request has to look one up.
"""

from __future__ import annotations

from uuid import UUID

from django.core import signing

from monolith.accounts.public import TokenInvalid, Traveller

VALID_SECONDS = 14 * 24 * 3600

_SALT = "accounts.sign-in"


def token_for(traveller: Traveller) -> str:
    """A signed token, good for two weeks."""
    return signing.dumps([traveller.id.hex, traveller.username, traveller.name], salt=_SALT)


def holder_of(token: str) -> Traveller:
    """Who the token was made for.

    :raises TokenInvalid: when it was altered, is too old, or was never one of ours.
    """
    try:
        identity, username, name = signing.loads(token, salt=_SALT, max_age=VALID_SECONDS)
        return Traveller(UUID(identity), username, name)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise TokenInvalid from error
