"""How is the map drawn as SVG?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from boundaries.contexts.map import Context, load_map
from boundaries.enforcement.overview import Overview, Size
from boundaries.enforcement.picture.scene import Stage
from boundaries.enforcement.picture.svg import draw_svg
from tests.enforcement.picture.generated import generated_overview

SVG = "{http://www.w3.org/2000/svg}"


def texts(drawing: str, name: str) -> list[str]:
    root = ElementTree.fromstring(drawing)
    return [text.text or "" for text in root.iter(f"{SVG}text") if text.get("class") == name]


class TestDrawing:
    def test_shows_contexts_with_owner_and_size(self) -> None:
        overview = generated_overview(8, owners=8)

        drawing = draw_svg(overview)

        assert sorted(texts(drawing, "name")) == sorted(context.name for context in overview.contexts)
        assert sorted(texts(drawing, "owner")) == sorted(str(context.owner) for context in overview.contexts)
        size = overview.sizes["orders"]
        assert f"{size.models} models · {size.modules} modules" in texts(drawing, "size")

    def test_is_the_same_every_time_and_whatever_the_order_of_the_map(self) -> None:
        overview = generated_overview(50, owners=10)

        assert draw_svg(overview) == draw_svg(replace(overview, contexts=overview.contexts[::-1]))

    def test_folds_three_hundred_contexts_by_owner(self) -> None:
        drawing = draw_svg(generated_overview(300, owners=18))

        assert len(texts(drawing, "name")) == 18
        assert len(drawing) < 200_000

    def test_colours_what_breaks_a_rule(self) -> None:
        overview = generated_overview(50, owners=10)

        drawing = draw_svg(overview)

        new = sum(bool(edge.count("violation")) for edge in overview.edges)
        assert new > 0
        assert drawing.count('<g class="arrow violation') == new

    @pytest.mark.parametrize(
        "name", ["</text><script>alert(1)</script>", "a & b", '"><svg onload=x>', "家" * 60, ""]
    )
    def test_takes_any_name(self, name: str) -> None:
        context = Context(name, ("shop.x",), owner=name)

        drawing = draw_svg(Overview(name, (context,), {name: Size()}, (), {}))

        root = ElementTree.fromstring(drawing)
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
            "svg",
            "title",
            "style",
            "rect",
            "g",
            "text",
            "path",
        }
        assert name[:3] in (texts(drawing, "name")[0])


class TestStage:
    def test_opens_with_everything_where_it_can_be_read(self) -> None:
        scenes = Stage(generated_overview(50, owners=10)).scenes()

        assert [scene.key for scene in scenes[:2]] == ["all", "folded"]
        assert len(scenes[0].boxes) == 50
        assert len(scenes[1].boxes) == 10

    def test_opens_folded_where_it_cannot(self) -> None:
        scenes = Stage(generated_overview(300, owners=18)).scenes()

        assert [scene.key for scene in scenes[:2]] == ["folded", "g0000"]
        assert len(scenes) == 19

    def test_shows_a_group_with_the_others_folded_around_it(self) -> None:
        overview = generated_overview(300, owners=18)

        scene = Stage(overview).scenes()[1]

        members = {box.title for box in scene.boxes if not box.is_group}
        owners = {context.owner for context in overview.contexts if context.name in members}
        assert owners == {scene.title}
        assert sum(arrow.total for arrow in scene.arrows) == sum(
            len(edge.couplings) for edge in overview.edges if members & {edge.source, edge.target}
        )

    def test_counts_every_coupling_between_two_groups(self) -> None:
        overview = generated_overview(300, owners=18)
        owner = {context.name: context.owner for context in overview.contexts}

        scene = Stage(overview).scenes()[0]

        assert sum(arrow.total for arrow in scene.arrows) == sum(
            len(edge.couplings) for edge in overview.edges if owner[edge.source] != owner[edge.target]
        )


class TestPictureInTheGuide:
    def test_shows_the_contexts_of_the_reference(self) -> None:
        picture = Path("migration_guides/pictures/map.svg").read_text(encoding="utf-8")

        assert sorted(texts(picture, "name")) == sorted(load_map(Path("pyproject.toml")).contexts), (
            "draw it again: boundaries map --format svg --output migration_guides/pictures/map.svg"
        )
