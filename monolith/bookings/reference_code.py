"""How is a booking called by people? Seven letters and figures that cannot be taken for one another."""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 7


def new_reference() -> str:
    """A reference by chance: of 34 thousand million, so that two are alike once in a very long time."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
