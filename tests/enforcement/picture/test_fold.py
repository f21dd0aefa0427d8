"""Which contexts become one box?"""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.picture.fold import fold


def contexts(*names: str, package: str = "shop.{}", owner: str | None = None) -> list[Context]:
    return [Context(name, (package.format(name),), owner=owner) for name in names]


class TestFold:
    def test_is_by_owner_where_the_map_names_them(self) -> None:
        folding = fold(
            [*contexts("a", "c", owner="Money"), *contexts("b", "d", owner="Supply"), *contexts("e", "f")]
        )

        assert folding is not None
        assert folding.by == "owner"
        assert [(group.name, group.members) for group in folding.groups] == [
            ("Money", ("a", "c")), ("Supply", ("b", "d")), ("no owner", ("e", "f")),
        ]  # fmt: skip

    def test_is_by_package_where_nobody_owns(self) -> None:
        folding = fold(
            [*contexts("a", "b", package="shop.sales.{}"), *contexts("c", "d", package="shop.stock.{}")]
        )

        assert folding is not None
        assert folding.by == "package"
        assert [group.name for group in folding.groups] == ["shop.sales", "shop.stock"]

    def test_is_by_first_word_where_packages_lie_side_by_side(self) -> None:
        folding = fold(contexts("order_lines", "order_returns", "stock_count", "stock_moves"))

        assert folding is not None
        assert folding.by == "name"
        assert [group.name for group in folding.groups] == ["order", "stock"]

    def test_is_by_the_alphabet_where_names_say_nothing(self) -> None:
        names = [f"a{number:03}" for number in range(75)]

        folding = fold(contexts(*names))

        assert folding is not None
        assert folding.by == "alphabet"
        assert [group.name for group in folding.groups][:2] == ["a000 … a014", "a015 … a029"]

    def test_is_by_the_deeper_package_where_the_first_holds_nearly_all(self) -> None:
        deep = [
            *contexts("a", "b", "c", package="shop.apps.sales.{}"),
            *contexts("d", "e", package="shop.apps.stock.{}"),
        ]

        folding = fold([*deep, *contexts("f", package="shop.{}")])

        assert folding is not None
        assert [group.name for group in folding.groups] == ["f", "shop.apps.sales", "shop.apps.stock"]

    def test_loses_nobody(self) -> None:
        everybody = contexts(*(f"app{number}" for number in range(300)))

        folding = fold(everybody)

        assert folding is not None
        assert sorted(name for group in folding.groups for name in group.members) == sorted(
            c.name for c in everybody
        )

    def test_is_of_no_use_where_nothing_puts_few_together(self) -> None:
        assert fold(contexts("a", "b", "c")) is None
        assert fold(contexts(*(f"app{number}" for number in range(40)))) is None
