"""Does the writer of the benches tell what was found, and only that?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .measure import interleaved, ratio_of
from .report import Absent, Row, as_table, exit_code, write_report

GOOD = Row("relay_batch_ratio", 31.24159, "x", 20.0, "higher", "one commit per message")
BAD = Row("outbox_insert_ratio", 1.7, "x", 1.5, "lower", "the bare transaction")
TOLD = Row("verify_rows_per_second", 250_000.0, "rows/s", None, "higher", "both sides")


class TestARow:
    @pytest.mark.parametrize(
        ("value", "better", "ok"),
        [(1.5, "lower", True), (1.51, "lower", False), (1.5, "higher", True), (1.49, "higher", False)],
    )
    def test_is_good_up_to_its_bound(self, value: float, better: str, ok: bool) -> None:
        assert Row("x", value, "x", 1.5, better, "peer").ok is ok

    def test_without_a_bound_is_only_told(self) -> None:
        assert TOLD.ok


class TestTheReport:
    def test_is_a_list_of_rows_with_the_documented_keys(self, tmp_path: Path) -> None:
        write_report(tmp_path / "bench" / "report.json", [GOOD, BAD])

        first, second = json.loads((tmp_path / "bench" / "report.json").read_text())
        assert first == {
            "name": "relay_batch_ratio", "value": 31.24, "unit": "x", "bound": 20.0, "better": "higher",
            "peer": "one commit per message", "ok": True,
        }  # fmt: skip
        assert second["ok"] is False

    def test_decides_the_exit_code(self) -> None:
        assert exit_code([GOOD, TOLD], []) == 0
        assert exit_code([GOOD, BAD], []) == 1
        assert exit_code([GOOD], [Absent("relay_batch", "no broker")]) == 1
        assert exit_code([], []) == 1

    def test_can_be_read(self) -> None:
        table = as_table([GOOD, BAD, TOLD], [Absent("lint", "no linter")])

        assert "✓  relay_batch_ratio       31.24 x         ≥ 20   one commit per message" in table
        assert "✗  outbox_insert_ratio" in table
        assert "250,000 rows/s" in table
        assert "could not be run: no linter" in table


class TestMeasuring:
    def test_takes_turns_and_counts_no_first_round(self) -> None:
        order: list[str] = []
        works = {"a": lambda: order.append("a"), "b": lambda: order.append("b")}

        interleaved(works, rounds=2)

        assert order == ["b", "a", "a", "b", "b", "a"]

    def test_divides_medians(self) -> None:
        costs = iter([9.0, 9.0, 1.0, 2.0, 3.0, 1.0, 1.0, 200.0])

        # Theirs: 1, 1, 1; ours: 2, 3, 200.
        assert ratio_of(lambda: None, lambda: None, rounds=3, cost=lambda work: next(costs)) == 3.0
