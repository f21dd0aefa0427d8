"""Is a write pause what those who were writing at the switch had to wait?"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boundaries.strangler.rehearsal.journal import Request
from boundaries.strangler.rehearsal.pause import Pause, latencies, longest_stall_ms, pause_of

from .run import START, a_line, journal_of

ASKED, OPENED = 100.0, 100.2


def pause(tmp_path: Path, *written: dict) -> Pause:
    return pause_of(journal_of(tmp_path, written), asked_at=START + ASKED, opened_at=START + OPENED)


class TestAWritePause:
    @pytest.mark.parametrize(
        ("due", "latency_ms", "counts"),
        [
            (99.0, 999.0, False),  # answered before the gate was asked for
            (99.0, 1001.0, True),  # waiting when it was
            (100.1, 50.0, True),
            (101.19, 5.0, True),  # within a second of the opening
            (101.21, 5.0, False),
        ],
    )
    def test_counts_writes_in_flight_until_a_second_after_the_opening(
        self, tmp_path: Path, due: float, latency_ms: float, counts: bool
    ) -> None:
        assert pause(tmp_path, a_line(due, latency_ms)).during.count == int(counts)

    def test_does_not_count_reads(self, tmp_path: Path) -> None:
        assert pause(tmp_path, a_line(100.0, 100, write=False)).during.count == 0

    def test_is_the_latency_that_the_load_saw(self, tmp_path: Path) -> None:
        found = pause(tmp_path, *(a_line(100 + n / 1000, n) for n in range(1, 101)))

        assert found.during.as_dict() == {"p50": 50.0, "p99": 99.0, "max": 100.0}

    def test_exceeds_its_baseline(self, tmp_path: Path) -> None:
        found = pause(tmp_path, a_line(90.1, 40), a_line(100.1, 240))

        assert (found.baseline.max, found.excess_ms) == (40.0, 200.0)


class TestTheBaseline:
    def test_is_the_same_window_ten_seconds_earlier(self, tmp_path: Path) -> None:
        inside = [a_line(90 + n / 20, 10) for n in range(22)]
        outside = [a_line(85, 500), a_line(91.5, 500), a_line(95, 500)]

        assert pause(tmp_path, *outside, *inside).baseline.max == 10.0

    def test_is_widened_into_the_past_when_little_was_written(self, tmp_path: Path) -> None:
        found = pause(tmp_path, *(a_line(n, 10 + n) for n in range(60, 91)), a_line(99, 300))

        assert (found.baseline.count, found.baseline.max) == (20, 100.0)

    def test_never_holds_what_waits_at_the_gate(self, tmp_path: Path) -> None:
        assert pause(tmp_path, a_line(90.5, 9_700), a_line(90.5, 20)).baseline.max == 20.0


def request(due: float, ended: float) -> Request:
    return Request("pay", True, due, ended, (ended - due) * 1000, False)


class TestAStall:
    def test_is_time_in_which_somebody_waits_and_nobody_is_answered(self) -> None:
        requests = [request(0, 0.1), request(0.2, 1.3), request(0.9, 1.31), request(1.4, 1.5)]

        assert longest_stall_ms(requests) == pytest.approx(1100)

    def test_is_no_silence_in_which_nobody_waits(self) -> None:
        assert longest_stall_ms([request(0, 0.1), request(9, 9.1)]) == pytest.approx(100)

    def test_is_no_slow_answer_among_quick_ones(self) -> None:
        quick = [request(n / 10, n / 10 + 0.05) for n in range(20)]

        assert longest_stall_ms(sorted([*quick, request(0, 1.99)], key=lambda r: r.ended)) <= 150

    def test_is_nothing_without_requests(self) -> None:
        assert longest_stall_ms([]) == 0

    @given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 10)), max_size=15))
    def test_is_found_as_by_looking_at_every_moment(self, drawn: list[tuple[int, int]]) -> None:
        requests = sorted((request(due, due + length) for due, length in drawn), key=lambda r: r.ended)
        longest = current = 0
        for moment in range(50):  # the stretch from this moment to the next
            is_awaited = any(r.due <= moment < r.ended for r in requests)
            has_answer = any(r.ended == moment for r in requests)
            current = (0 if has_answer else current) + 1 if is_awaited else 0
            longest = max(longest, current)

        assert longest_stall_ms(requests) == longest * 1000


class TestLatencies:
    def test_of_nothing_are_zero(self) -> None:
        assert latencies([]).as_dict() == {"p50": 0.0, "p99": 0.0, "max": 0.0}

    @given(st.lists(st.integers(1, 1000), min_size=1))
    def test_lie_between_the_shortest_and_the_longest(self, values: list[int]) -> None:
        found = latencies(request(0, value / 1000) for value in values)

        assert min(values) - 0.01 <= found.p50 <= found.p99 <= found.max <= max(values) + 0.01
