"""Where does everything lie?"""

from __future__ import annotations

from itertools import combinations, pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.enforcement.picture.layout import BOX_HEIGHT, TIP, Layout, Rectangle, lay_out
from tests.enforcement.picture.generated import generated_overview

BOX_WIDTH = 140
names = st.integers(0, 14).map(lambda number: f"context{number:02}")
arrows = st.sets(st.tuples(names, names).filter(lambda pair: pair[0] != pair[1]), max_size=60)


def laid_out(pairs: set[tuple[str, str]] | list[tuple[str, str]], *, alone: tuple[str, ...] = ()) -> Layout:
    widths = dict.fromkeys([*(name for pair in pairs for name in pair), *alone], BOX_WIDTH)
    return lay_out(widths, dict.fromkeys(pairs, 1), labels=dict.fromkeys(pairs, 24))


def assert_readable(layout: Layout) -> None:
    """No box or figure lies on another, and no arrow runs through a box."""
    marks = [*layout.boxes.values(), *(way.label for way in layout.ways.values() if way.label)]
    assert not any(a.meets(b) for a, b in combinations(marks, 2))
    for pair, way in layout.ways.items():
        assert_ends_fit(layout, pair)
        for (x, y), (x2, y2) in pairwise(way.stops):
            if way.direction != "across" and x == x2:
                piece = Rectangle(x, min(y, y2) + 1, 1, abs(y2 - y) - 2)
                assert not any(piece.meets(box) for box in layout.boxes.values()), pair
    assert min([0, *(mark.x for mark in marks), *(mark.y for mark in marks)]) == 0
    assert max([0, *(mark.x + mark.width for mark in marks)]) <= layout.width
    assert max([0, *(mark.y + mark.height for mark in marks)]) <= layout.height


def assert_ends_fit(layout: Layout, pair: tuple[str, str]) -> None:
    source, target = (layout.boxes[name] for name in pair)
    (x, y), (x2, y2) = layout.ways[pair].stops[0], layout.ways[pair].stops[-1]
    assert source.x <= x <= source.x + source.width
    assert target.x <= x2 <= target.x + target.width
    assert y in {source.y, source.y + BOX_HEIGHT}
    assert y2 in {target.y - TIP, target.y + BOX_HEIGHT + TIP}


class TestLayout:
    @settings(max_examples=60, deadline=None)
    @given(arrows)
    def test_lets_nothing_overlap(self, pairs: set[tuple[str, str]]) -> None:
        assert_readable(laid_out(pairs, alone=("z1", "z2")))

    @pytest.mark.parametrize("contexts", [8, 50, 120])
    def test_lets_nothing_overlap_at_any_size(self, contexts: int) -> None:
        overview = generated_overview(contexts, owners=max(1, contexts // 6))

        assert_readable(laid_out([(edge.source, edge.target) for edge in overview.edges]))

    @settings(max_examples=30, deadline=None)
    @given(arrows, st.randoms(use_true_random=False))
    def test_is_the_same_in_whatever_order_things_come(
        self, pairs: set[tuple[str, str]], random: Random
    ) -> None:
        shuffled = sorted(pairs)
        random.shuffle(shuffled)

        assert laid_out(shuffled) == laid_out(sorted(pairs))

    @settings(max_examples=60, deadline=None)
    @given(arrows)
    def test_points_down_where_there_is_no_cycle(self, pairs: set[tuple[str, str]]) -> None:
        forward = {pair for pair in pairs if pair[0] < pair[1]}

        layout = laid_out(forward)

        assert not any(way.is_against or way.direction == "up" for way in layout.ways.values())

    def test_marks_what_closes_a_cycle(self) -> None:
        layout = laid_out({("bookings", "flights"), ("flights", "shared"), ("shared", "flights")})

        assert [pair for pair, way in layout.ways.items() if way.is_against] in (
            [("flights", "shared")],
            [("shared", "flights")],
        )

    def test_gathers_arrows_to_one_box_in_a_trunk(self) -> None:
        chain = [("a", "b"), ("b", "c"), ("c", "kernel")]

        layout = laid_out([*chain, ("a", "kernel"), ("b", "kernel")])

        far, near = layout.ways["a", "kernel"].stops, layout.ways["b", "kernel"].stops
        assert far[-3:] == near[-3:]

    def test_of_nothing_is_empty(self) -> None:
        assert laid_out([]).boxes == {}
