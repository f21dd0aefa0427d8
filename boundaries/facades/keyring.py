"""Which keys do we share with whom, and which signed calls have we seen?"""

from __future__ import annotations

from collections.abc import Sequence

from boundaries.conf import setting
from boundaries.errors import BoundaryError

SHORTEST_KEY_BYTES = 16


class KeyMissing(BoundaryError):
    """Raised when a call is to be signed or verified and there is no usable key for the peer."""

    code = "BD345"
    problem = "There is no signing key for {peer}: {reason}."
    remedy = "Give both sides one random key of 32 characters: KEYS[{peer!r}] here, KEYS[{side!r}] there."


class NonceStoreUnavailable(BoundaryError):
    """Raised when the cache that remembers seen calls cannot be reached: a replay could not be told apart."""

    code = "BD346"
    problem = "The cache {alias!r}, which remembers signed calls, did not answer: {reason}."
    remedy = "Bring the cache named by NONCE_CACHE back; calls are refused until then and can be repeated."


def own_name() -> str:
    """The name that this deployable signs with: 'monolith', or the context that it serves."""
    return str(setting("SIDE"))


def signing_key(peer: str) -> bytes:
    """The first key shared with `peer`, which signs.

    :raises KeyMissing: when there is none, or it is too short.
    """
    return verifying_keys(peer)[0]


def verifying_keys(peer: str) -> Sequence[bytes]:
    """All keys shared with `peer`, newest first; during a rotation there are two.

    :raises KeyMissing: when there is none, or one is too short.
    """
    named = setting("KEYS").get(peer)
    if not named:
        raise KeyMissing(peer=peer, side=own_name(), reason=f"KEYS has no entry for {peer!r}")
    keys = [key.encode() for key in ([named] if isinstance(named, str) else named)]
    if min(map(len, keys)) < SHORTEST_KEY_BYTES:
        raise KeyMissing(
            peer=peer, side=own_name(), reason=f"a key has fewer than {SHORTEST_KEY_BYTES} characters"
        )
    return keys


def remember_nonce(name: str, seconds: float) -> bool:
    """Store a nonce, and say whether it is new. Atomic over all processes that share the cache.

    :raises NonceStoreUnavailable: when the cache does not answer; without it no call is accepted.
    """
    from django.core.cache import caches

    alias = setting("NONCE_CACHE")
    try:
        return bool(caches[alias].add(name, 1, timeout=int(seconds) + 1))
    except Exception as error:
        raise NonceStoreUnavailable(alias=alias, reason=type(error).__name__) from error
