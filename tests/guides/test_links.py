"""Does every link lead somewhere?"""

from __future__ import annotations

import pytest

from tests.guides.document import GUIDES, ROOT, all_pages, guides_in_order, read

_PAGES = [pytest.param(page, id=str(page.relative_to(ROOT))) for page in all_pages()]


@pytest.mark.parametrize("page", _PAGES)
def test_internal_links_resolve(page):
    for line, target in read(page).links:
        if "://" in target or target.startswith("mailto:"):
            continue
        name, _, anchor = target.partition("#")
        found = (page.parent / name).resolve() if name else page
        assert found.exists(), f"line {line}: there is no {target}"
        assert found.is_relative_to(ROOT), f"line {line}: {target} leads out of the repository"
        if anchor:
            assert anchor in read(found).anchors, f"line {line}: {name or page.name} has no heading #{anchor}"


def test_the_index_names_every_guide():
    assert set(guides_in_order()) == {path.name for path in GUIDES.glob("*.md")} - {"README.md"}


def test_the_index_of_decisions_names_every_decision():
    folder = GUIDES / "decisions"
    named = {target for _line, target in read(folder / "README.md").links}
    assert named >= {path.name for path in folder.glob("*.md")} - {"README.md"}
