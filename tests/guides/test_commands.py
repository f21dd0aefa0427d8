"""Do the guides' commands do what the guides say?"""

from __future__ import annotations

import tomllib

import pytest

from tests.guides.document import GUIDES, ROOT, all_pages, guides_in_order, read
from tests.guides.reading import difference

_PAGES = [pytest.param(page, id=str(page.relative_to(ROOT))) for page in all_pages()]


def _guides_with_commands():
    return [
        name
        for name in guides_in_order()
        if any("not run" not in block.remarks for block in read(GUIDES / name).of_language("console"))
    ]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("guide", _guides_with_commands())
def test_the_commands_of_the_guide_do_what_it_shows(reader, guide):
    reader.follow_up_to(guide)


class TestBlocks:
    @pytest.mark.parametrize("page", _PAGES)
    def test_a_console_block_is_run_or_says_why_not(self, page):
        for block in read(page).of_language("console"):
            assert block.commands, f"line {block.line}: nothing begins with `$ `"
            is_guide = page.parent == GUIDES and page.name in guides_in_order()
            assert block.remarks.get("not run") or is_guide, (
                f"line {block.line}: nobody runs it, and nobody says why"
            )
            assert block.remarks.get("not run", "a reason"), f"line {block.line}: no reason is given"

    @pytest.mark.parametrize("page", _PAGES)
    def test_commands_stand_in_console_blocks_only(self, page):
        assert [block.line for block in read(page).of_language("sh", "bash", "shell", "sql")] == []

    @pytest.mark.parametrize("page", _PAGES)
    def test_python_and_toml_can_be_read(self, page):
        for block in read(page).of_language("python"):
            compile("\n".join(block.lines), f"{page.name}:{block.line}", "exec")
        for block in read(page).of_language("toml"):
            tomllib.loads("\n".join(block.lines))


class TestDifference:
    def test_accepts_what_is_shown(self):
        assert difference(["done in … s", ""], ["done in 1.2 s"]) is None

    def test_accepts_any_lines_where_three_dots_stand_alone(self):
        assert difference(["a", "…", "z"], ["a", "b", "c", "z"]) is None
        assert difference(["a", "…"], ["a"]) is None

    def test_names_the_line_that_is_missing(self):
        assert difference(["a", "b"], ["a", "c"]) == "no line like 'b' was printed"

    def test_refuses_lines_that_are_not_shown(self):
        assert difference(["a"], ["a", "b"]) is not None
