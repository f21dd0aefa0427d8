"""Does the map's page work in a real browser, opened from a file, without a network? Leaves pictures to look at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from boundaries.contexts.map import Context, load_map
from boundaries.enforcement.coupling import Coupling
from boundaries.enforcement.overview import Overview, Size, edges_of, look_over
from boundaries.enforcement.picture.html import draw_html
from tests.browser.__main__ import CHROMIUM, FOLDER
from tests.enforcement.picture.generated import generated_overview

sync_api = pytest.importorskip("playwright.sync_api", reason="make screenshots installs Playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium here"),
]

Open = Callable[..., Any]
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_map(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens an overview's page from a file; whatever the browser complains about or asks for fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_page(overview: Overview, *, scheme: str = "light", fragment: str = "") -> Any:
        file = tmp_path / "map.html"
        file.write_text(draw_html(overview), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": 1360, "height": 850}, color_scheme=scheme, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on(
            "request", lambda asked: complaints.append(asked.url) if "map.html" not in asked.url else None
        )
        page.goto(f"{file.as_uri()}{fragment}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def picture(page: Any, name: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"map-{name}.png")


def box(page: Any, name: str) -> Any:
    return page.locator("svg[data-scene]:visible .box").filter(
        has=page.locator(".name", has_text=re.compile(f"^{name}$"))
    )


def visible_arrows(page: Any) -> int:
    return page.locator("svg[data-scene]:visible .arrow:not(.off)").count()


class TestMapOfEight:
    def test_shows_what_a_context_uses_and_who_uses_it(self, open_map: Open) -> None:
        page = open_map(generated_overview(8, owners=8))
        picture(page, "8-light")

        box(page, "stock").click()

        panel = page.locator("#panel")
        assert panel.locator("h2").inner_text() == "stock"
        assert "Stock team" in panel.inner_text()
        assert panel.locator("h3").all_inner_texts()[0].startswith("Uses ")
        assert page.locator("svg[data-scene]:visible").evaluate("svg => svg.classList.contains('focused')")
        picture(page, "8-context")

    def test_shows_the_places_behind_an_arrow(self, open_map: Open) -> None:
        overview = generated_overview(8, owners=8)
        edge = next(edge for edge in overview.edges if len(edge.couplings) > 2)
        page = open_map(overview)

        page.locator("#panel .row", has_text=f"{edge.source} → {edge.target}").click()

        assert page.locator("#panel .places > li").count() == len(edge.couplings)
        shown = page.locator("#panel .path").first.inner_text().replace("\u200b", "")
        assert shown in {f"{c.path}:{c.line}" for c in edge.couplings}

    def test_can_be_sent_to_somebody(self, open_map: Open) -> None:
        overview = generated_overview(8, owners=8)
        page = open_map(overview)
        box(page, "stock").click()
        assert page.url.endswith("#context=stock")

        page = open_map(overview, fragment="#context=mail")

        assert page.locator("#panel h2").inner_text() == "mail"

    def test_opens_an_arrow_by_a_click_on_its_line(self, open_map: Open) -> None:
        page = open_map(generated_overview(8, owners=8))

        page.locator("svg[data-scene]:visible .figure").first.click()

        assert "→" in page.locator("#panel h2").inner_text()

    def test_works_from_the_keyboard(self, open_map: Open) -> None:
        page = open_map(generated_overview(8, owners=8))

        page.keyboard.press("/")
        page.keyboard.type("stoc")
        assert page.locator("#panel .row").count() == 1
        page.keyboard.press("Enter")
        assert page.locator("#panel h2").inner_text() == "stock"

        page.keyboard.press("Escape")
        box(page, "mail").focus()
        page.keyboard.press("Enter")
        assert page.locator("#panel h2").inner_text() == "mail"
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert "→" in page.locator("#panel h2").inner_text()

    def test_runs_nothing_that_a_name_says(self, open_map: Open) -> None:
        names = (HOSTILE, "b")
        couplings = [
            Coupling(
                "import", HOSTILE, 1, 1, *names, f"{HOSTILE}:{HOSTILE}", HOSTILE, allowed=False, rule="BD201"
            )
        ]
        contexts = tuple(Context(name, (HOSTILE,), owner=HOSTILE) for name in names)
        page = open_map(
            Overview(HOSTILE, contexts, dict.fromkeys(names, Size()), tuple(edges_of(couplings)), {})
        )

        page.locator("#panel .row").first.click()
        page.locator("#show-matrix").click()
        page.locator("#matrix .cell").first.hover()

        assert HOSTILE in page.locator("#panel .path").inner_text().replace("\u200b", "")
        assert page.locator("img").count() == 0


class TestMapOfFifty:
    def test_is_filtered_by_kind_and_to_violations(self, open_map: Open) -> None:
        overview = generated_overview(50, owners=10)
        page = open_map(overview)
        picture(page, "50-light")
        assert visible_arrows(page) == len(overview.edges)

        page.locator("#violations-only").click()
        assert visible_arrows(page) == sum(bool(edge.violations) for edge in overview.edges)
        picture(page, "50-violations")
        page.locator("#violations-only").click()

        page.locator("#kinds").get_by_role("button", name="None").click()
        assert page.locator("#nothing").is_visible()
        page.locator("#kinds .chip", has_text="relation").click()
        assert visible_arrows(page) == sum("relation" in dict(edge.counts) for edge in overview.edges)

    def test_shows_cycles_alone(self, open_map: Open) -> None:
        page = open_map(generated_overview(50, owners=10))
        everything = visible_arrows(page)

        page.locator("#cycles-only").click()

        assert 0 < visible_arrows(page) < everything
        assert page.locator("svg[data-scene]:visible .arrow.against:not(.off)").count() > 0

    def test_is_dark_where_the_reader_is(self, open_map: Open) -> None:
        page = open_map(generated_overview(50, owners=10), scheme="dark")

        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 22, 29)"
        picture(page, "50-dark")

    def test_is_a_matrix_too(self, open_map: Open) -> None:
        overview = generated_overview(50, owners=10)
        page = open_map(overview)

        page.locator("#show-matrix").click()
        assert page.locator("#matrix .row-head").count() == 10
        picture(page, "50-matrix-folded")
        page.get_by_role("button", name="Unfold all").click()
        assert page.locator("#matrix .row-head").count() == 50
        assert page.locator("#matrix .cell").count() == len(overview.edges)
        picture(page, "50-matrix")

        page.locator("#matrix .cell").first.click()
        assert page.locator("#panel .places > li").count() > 0

    def test_unfolds_one_group_of_the_matrix(self, open_map: Open) -> None:
        page = open_map(generated_overview(50, owners=10))
        page.locator("#show-matrix").click()

        page.locator("#matrix .row-head", has_text="Stock team").click()
        page.get_by_role("button", name="Open these 5 contexts").click()

        assert page.locator("#matrix .row-head").count() == 9 + 5


class TestMapOfThreeHundred:
    def test_opens_folded_by_owner_and_unfolds_one(self, open_map: Open) -> None:
        page = open_map(generated_overview(300, owners=18))
        boxes = page.locator("svg[data-scene]:visible .box")
        assert boxes.count() == 18
        picture(page, "300-light")

        box(page, "Fleet team").click()
        page.get_by_role("button", name=re.compile("^Open these")).click()

        assert page.locator("svg[data-scene]:visible .box:not(.group)").count() == 16
        picture(page, "300-group")
        page.locator("#trail button", has_text="Folded by owner").click()
        assert boxes.count() == 18

    def test_finds_names_before_owners(self, open_map: Open) -> None:
        page = open_map(generated_overview(300, owners=18))

        page.locator("#search").fill("stock")

        assert page.locator("#panel .title").all_inner_texts()[:2] == ["stock", "stock_audit"]

    def test_opens_the_group_of_what_is_searched(self, open_map: Open) -> None:
        page = open_map(generated_overview(300, owners=18))

        page.locator("#search").fill("fleet_stock")
        page.keyboard.press("Enter")

        assert page.locator("#panel h2").inner_text() == "fleet_stock"
        assert box(page, "fleet_stock").is_visible()

    def test_is_quick(self, open_map: Open) -> None:
        page = open_map(generated_overview(300, owners=18))

        milliseconds = page.evaluate(
            "() => { const start = performance.now(); render(); return performance.now() - start; }"
        )

        assert milliseconds < 250


class TestMapOfTheReference:
    def test_shows_every_context(self, open_map: Open) -> None:
        overview = look_over(load_map(Path("pyproject.toml")))
        page = open_map(overview)

        assert page.locator("svg[data-scene]:visible .box").count() == len(overview.contexts)
        picture(page, "reference")
