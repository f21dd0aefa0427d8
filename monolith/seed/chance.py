"""What is left to chance, and the same again for the same seed?"""

from __future__ import annotations

import random
from typing import TypeVar

T = TypeVar("T")

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_REFERENCES = len(ALPHABET) ** 7
_STRIDE = 11_400_714_819  # odd, so that it visits each reference once before it comes round


class Chance(random.Random):
    """A random generator that also makes identities."""

    def identity(self) -> str:
        """A version 4 UUID, as 32 hexadecimal digits."""
        digits = f"{self.getrandbits(128):032x}"
        return f"{digits[:12]}4{digits[13:16]}a{digits[17:]}"

    def one_of(self, things: list[T]) -> T:
        """One of them; faster than `choice`."""
        return things[int(self.random() * len(things))]


def reference(number: int) -> str:
    """The booking reference of the booking with this number; no two numbers share one."""
    left = (number * _STRIDE + 123_456_789) % _REFERENCES
    letters = []
    for _ in range(7):
        left, digit = divmod(left, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return "".join(letters)
