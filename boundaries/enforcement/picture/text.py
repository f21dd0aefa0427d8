"""How wide is a text on the screen? No font is at hand, so widths are those of a common sans serif, rounded up."""

from __future__ import annotations

from unicodedata import east_asian_width

_NARROW = frozenset("ijlftrI.,:;'|!()[] -")
_WIDE = frozenset("mwMW@%")


def text_width(text: str, size: int) -> int:
    """Pixels that a text takes at most at a font size."""
    return round(sum(_share(character) for character in text) * size) + 1


def shorten(text: str, size: int, width: int) -> str:
    """The text, with an ellipsis at its end if it is wider than `width` pixels."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(f"{text}…", size) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _share(character: str) -> float:
    if character in _NARROW:
        return 0.36
    if character in _WIDE:
        return 0.95
    if east_asian_width(character) in {"W", "F"}:
        return 1.05
    return 0.72 if character.isupper() else 0.61
