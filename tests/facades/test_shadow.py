"""Which differences between two sides stand, while data changes and a copy lags?"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from boundaries.facades import shadow
from tests.sample.ledger.public import Ledger


class Sides:
    """Answers in the order in which they are asked for; the last one is given for ever."""

    def __init__(self, *, control: list[int], candidate: list[int], ticks: list[int]) -> None:
        self.control, self.candidate, self.ticks = map(self._endless, (control, candidate, ticks))

    @staticmethod
    def _endless(values: list[int]) -> Iterator[int]:
        yield from values
        while True:
            yield values[-1]

    def differences(self, monkeypatch: pytest.MonkeyPatch, *, answered: int) -> list[str] | None:
        """What stands of a comparison whose caller was answered so."""
        monkeypatch.setattr(shadow, "_control", lambda comparison: msgspec.json.encode(next(self.control)))
        monkeypatch.setattr(
            shadow,
            "_candidate",
            lambda comparison: (msgspec.json.encode(next(self.candidate)), next(self.ticks)),
        )
        monkeypatch.setattr(shadow, "_needed_tick", lambda comparison: 5)
        monkeypatch.setattr(shadow, "RECHECK_SECONDS", 0.05)
        monkeypatch.setattr(shadow, "PAUSE_SECONDS", 0.0)
        operation = Ledger.operations["accounts"]
        return shadow._settle(shadow._Comparison(operation, {}, msgspec.json.encode(answered), True, None))


class TestDifference:
    def test_of_a_fresh_copy_that_stays_stands(self, monkeypatch) -> None:
        sides = Sides(control=[1], candidate=[2], ticks=[9])

        assert sides.differences(monkeypatch, answered=1) == ["$: another value"]

    def test_of_a_lagging_copy_does_not(self, monkeypatch) -> None:
        sides = Sides(control=[1], candidate=[0, 0, 1], ticks=[3, 4, 9])

        assert sides.differences(monkeypatch, answered=1) == []

    def test_of_a_copy_that_never_catches_up_says_nothing(self, monkeypatch) -> None:
        sides = Sides(control=[1], candidate=[0], ticks=[3])

        assert sides.differences(monkeypatch, answered=1) is None

    def test_of_a_value_that_never_holds_still_says_nothing(self, monkeypatch) -> None:
        sides = Sides(control=[1, 2] * 20, candidate=[3], ticks=[9])

        assert sides.differences(monkeypatch, answered=1) is None

    def test_of_a_value_that_went_away_and_came_back_does_not(self, monkeypatch) -> None:
        """A debt of 0 becomes 40 cents and 0 again between the two looks at the control."""
        sides = Sides(control=[0], candidate=[40, 40, 0], ticks=[9])

        assert sides.differences(monkeypatch, answered=0) == []
