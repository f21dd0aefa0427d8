"""How are numbers and names put into a sentence?"""

from __future__ import annotations

from collections.abc import Collection


def counted(number: int, noun: str) -> str:
    """`1 table`, `2,000 tables`; nouns that end with `y` have `ies`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun.endswith("y") else f"{number:,} {noun}s"


def few(names: Collection[str], *, most: int) -> str:
    """`a, b and c`, or `a, b and 7 more` where there are more than `most`."""
    shown = list(names)[:most]
    rest = len(names) - len(shown)
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
