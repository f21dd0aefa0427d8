"""Which row does each box lie in?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from boundaries.enforcement.picture.layering import assign_rows, knots_of, line_up

NAMES = "abcdefgh"
graphs = st.dictionaries(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] != pair[1]),
    st.integers(1, 9),
)


class TestKnots:
    def test_are_what_reaches_each_other(self) -> None:
        weights = {("a", "b"): 1, ("b", "c"): 1, ("c", "b"): 1, ("c", "d"): 1}

        assert knots_of("abcd", weights) == [["a"], ["b", "c"], ["d"]]

    @given(graphs)
    def test_stand_in_the_order_of_use_and_hold_every_name_once(
        self, weights: dict[tuple[str, str], int]
    ) -> None:
        knots = knots_of(NAMES, weights)

        number = {name: index for index, knot in enumerate(knots) for name in knot}
        assert sorted(name for knot in knots for name in knot) == list(NAMES)
        assert all(number[source] <= number[target] for source, target in weights)


class TestLine:
    def test_breaks_a_cycle_where_it_is_weakest(self) -> None:
        weights = {("a", "b"): 5, ("b", "c"): 1, ("c", "a"): 5}

        assert line_up("abc", weights) == ["c", "a", "b"]

    @given(graphs)
    def test_points_backwards_only_inside_a_knot(self, weights: dict[tuple[str, str], int]) -> None:
        line = line_up(NAMES, weights)

        backwards = [pair for pair in weights if line.index(pair[0]) > line.index(pair[1])]
        assert all(any(set(pair) <= set(knot) for knot in knots_of(NAMES, weights)) for pair in backwards)


class TestRows:
    def test_put_what_is_used_below(self) -> None:
        weights = {("shop", "orders"): 1, ("orders", "users"): 1, ("shop", "users"): 1}

        rows = assign_rows(line_up(["shop", "orders", "users"], weights), weights, most_in_row=5, most_rows=5)

        assert rows == [["shop"], ["orders"], ["users"]]

    def test_hold_no_more_than_fits(self) -> None:
        weights = {(f"n{number}", "kernel"): 1 for number in range(10)}
        names = sorted({name for pair in weights for name in pair})

        rows = assign_rows(line_up(names, weights), weights, most_in_row=4, most_rows=9)

        assert [len(row) for row in rows] == [2, 4, 4, 1]

    def test_make_no_tower_of_a_tangle(self) -> None:
        weights = {(a, b): 1 for a in NAMES for b in NAMES if a < b}

        rows = assign_rows(line_up(NAMES, weights), weights, most_in_row=4, most_rows=3)

        assert len(rows) == 3
