"""Does the reckoning see what is wrong with the books?"""

from __future__ import annotations

from typing import Any

import pytest

from tests.chaos.journal import Attempt, Books, compare


def attempt(number: int, end: str = "acked", **changed: Any) -> Attempt:
    """One operation of the writer w1, which put one bay into place."""
    words = {
        "register": "r1",
        "effects": {"bay": {f"w1.b{number}": ["p", "c", 0]}},
        "ids": {},
        "is_repeat": False,
    }
    return Attempt(name=f"w1-{number}", kind="single", side="monolith", end=end, **{**words, **changed})


def books(
    *numbers: int, history: str | None = None, stored: set[int] | None = None, bays: set[int] | None = None
) -> Books:
    """What a side holds after these operations, or with something changed."""
    there = set(numbers)
    return Books(
        {"r1": (history if history is not None else " ".join(f"w1-{number}" for number in numbers)).split()},
        {("w1", number) for number in (there if stored is None else stored)},
        {
            "bay": {f"w1.b{number}": ["p", "c", 0] for number in (there if bays is None else bays)},
            "pallet": {},
            "item": {},
        },
    )


class TestCompare:
    def test_says_nothing_where_all_is_told_and_there(self) -> None:
        found = compare(
            [[attempt(1), attempt(2), attempt(3, "unknown"), attempt(4, "unknown")]], books(1, 2, 3)
        )

        assert (found.acknowledged, found.unknown) == (2, 2)
        assert found.lost + found.doubled + found.torn + found.reordered + found.keys_twice == []

    @pytest.mark.parametrize(
        ("there", "kind"),
        [
            (books(1), "lost"),
            (books(1, 2, history="w1-1 w1-2 w1-2"), "doubled"),
            (books(1, 2, bays={1}), "lost"),
            (books(1, 2, bays={1, 2, 9}), "doubled"),
            (books(1, 2, history="w1-1 w1-2 w1-9"), "doubled"),
            (books(1, 2, history="w1-2 w1-1"), "reordered"),
        ],
        ids=["missing", "twice", "row missing", "row of nobody", "entry of nobody", "order"],
    )
    def test_names_what_is_wrong(self, there: Books, kind: str) -> None:
        assert getattr(compare([[attempt(1), attempt(2)]], there), kind)

    def test_names_an_answerless_operation_of_which_only_a_part_has_happened(self) -> None:
        assert compare([[attempt(1, "unknown")]], books(1, stored=set())).torn

    def test_names_a_refused_operation_that_has_happened(self) -> None:
        assert compare([[attempt(1, "failed")]], books(1)).doubled

    def test_names_a_key_that_was_handed_out_twice(self) -> None:
        found = compare([[attempt(1, ids={"pallet": [7]}), attempt(2, ids={"pallet": [7]})]], books(1, 2))

        assert found.keys_twice == ["pallet 7"]

    def test_knows_a_command_that_was_sent_again_and_not_done_again(self) -> None:
        again = attempt(1, is_repeat=True, register="", effects={}, ids={})

        assert compare([[attempt(1, "unknown"), again]], books(1)).doubled == []
