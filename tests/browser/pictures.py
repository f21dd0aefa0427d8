"""Which pages are there, and does each of them work in a browser?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Response, Route, sync_playwright

from tests.browser import scenes
from tests.browser.shop import Shop

WIDTH, HEIGHT = 1360, 850
ROOM = "/admin/boundaries_watch/controlroom/"
POLICY = "default-src 'self'"
RECORDS = (
    "boundaries_facades/route", "boundaries_facades/routechange", "boundaries_facades/ownership",
    "boundaries_facades/mismatch", "boundaries_facades/shadowtally", "boundaries_facades/freshness",
    "boundaries_messaging/event", "boundaries_messaging/delivery", "boundaries_messaging/sagainstance",
    "boundaries_messaging/sagastep", "boundaries_strangler/extraction", "boundaries_strangler/steprun",
)  # fmt: skip


def take_all(shop: Shop, folder: Path, *, chromium: Path) -> list[str]:
    """A picture of each page in `folder`; what went wrong on the way, a line each."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        try:
            camera = Camera(browser, shop, folder)
            _shop(camera)
            _control_room(camera)
        finally:
            browser.close()
    return camera.problems


class Camera:
    """Takes pictures, and keeps what the browser complained about."""

    def __init__(self, browser: Browser, shop: Shop, folder: Path) -> None:
        self.browser = browser
        self.shop = shop
        self.folder = folder
        self.problems: list[str] = []

    @contextmanager
    def visit(self, *, scheme: Any = "light") -> Iterator[Page]:
        """A browser of somebody who was never here before."""
        context = self.browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=scheme, base_url=self.shop.url
        )
        _forbid_inline_code(context)
        page = context.new_page()
        page.on("console", lambda message: self._complain(page, message.type, message.text))
        page.on("pageerror", lambda error: self._complain(page, "error", str(error)))
        page.on("response", self._look_at)
        try:
            yield page
        finally:
            context.close()

    def take(self, page: Page, name: str, path: str | None = None) -> None:
        """A picture of the page at `path`, or of the one that is open."""
        if path is not None:
            page.goto(path)
        page.screenshot(path=self.folder / f"{name}.png", full_page=True)

    def _complain(self, page: Page, kind: str, text: str) -> None:
        if kind == "error" and "favicon" not in text:
            self.problems.append(f"{page.url}: {text}")

    def _look_at(self, response: Response) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.url}: {response.status}")


def _forbid_inline_code(context: BrowserContext) -> None:
    """The control room must work under a policy that allows scripts and styles from files only."""

    def add_policy(route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": POLICY})

    context.route("**/boundaries_watch/controlroom/**", add_policy)


def _shop(camera: Camera) -> None:
    """The pages of the shop, as a stranger and as a traveller."""
    day = (date.today() + timedelta(days=20)).isoformat()
    with camera.visit() as page:
        camera.take(page, "shop-home", "/")
        camera.take(page, "shop-results", f"/search?origin=AMS&destination=LIS&date={day}&nights=3")
        camera.take(page, "shop-sign-up", "/sign-up")
        camera.take(page, "shop-sign-in", "/sign-in?next=/trips")
        page.fill("[name=username]", camera.shop.traveller)
        page.fill("[name=password]", camera.shop.traveller_password)
        page.locator("[name=password]").press("Enter")
        page.wait_for_url("**/trips")
        camera.take(page, "shop-trips")
        trip = page.locator("a[href*='/trips/']").first
        if trip.count():
            camera.take(page, "shop-trip", trip.get_attribute("href"))
        camera.take(page, "shop-messages", "/messages")


def _control_room(camera: Camera) -> None:
    for scheme in ("light", "dark"):
        with camera.visit(scheme=scheme) as page:
            _sign_in(page, camera.shop)
            _states(camera, page, scheme)
    with camera.visit() as page:
        _sign_in(page, camera.shop)
        _run_plan(camera, page)
        camera.take(page, "admin-index", "/admin/")
        scenes.in_trouble()
        for record in RECORDS:
            camera.take(page, f"admin-{record.partition('/')[2]}", f"/admin/{record}/")
        _change_pages(camera, page)
        _follow(camera, page)


def _follow(camera: Camera, page: Page) -> None:
    """A move that is under way, on two real databases; then a row that went wrong, then a side that was restored."""
    with scenes.followed():
        page.goto(f"{ROOM}payments/")
        page.get_by_text("nightly report").first.wait_for(timeout=20_000)
        camera.take(page, "extraction-followed-light")
        with camera.visit(scheme="dark") as other:
            _sign_in(other, camera.shop)
            camera.take(other, "extraction-followed-dark", f"{ROOM}payments/")
        scenes.spoilt()
        camera.take(page, "extraction-differing-light", f"{ROOM}payments/")
        scenes.halted()
        camera.take(page, "extraction-halted-light", f"{ROOM}payments/")
        camera.take(page, "room-halted-light", ROOM)
        camera.take(page, "step-recover-light", f"{ROOM}payments/recover/")


def _run_plan(camera: Camera, page: Page) -> None:
    """The first step, really run: by its button, with a reason, in a process of its own, watched to its end."""
    scenes.at_rest()
    page.goto(f"{ROOM}payments/")
    page.get_by_role("link", name="plan …").click()
    page.get_by_label("Reason").fill("to see what blocks")
    camera.take(page, "step-plan-light")
    page.get_by_role("button", name="Run plan").click()
    page.get_by_text("Next: scaffold").wait_for(timeout=60_000)
    camera.take(page, "extraction-planned-light")


def _states(camera: Camera, page: Page, scheme: str) -> None:
    scenes.at_rest()
    camera.take(page, f"room-at-rest-{scheme}", ROOM)
    with scenes.copying():
        camera.take(page, f"room-copying-{scheme}", ROOM)
        camera.take(page, f"extraction-copying-{scheme}", f"{ROOM}payments/")
    scenes.comparing()
    camera.take(page, f"extraction-comparing-{scheme}", f"{ROOM}payments/")
    # The page follows by itself, without being loaded again.
    scenes.in_trouble()
    page.get_by_text("Nobody follows payments.").wait_for(timeout=10_000)
    camera.take(page, f"extraction-in-trouble-{scheme}")
    camera.take(page, f"room-in-trouble-{scheme}", ROOM)
    camera.take(page, f"step-switch-reads-{scheme}", f"{ROOM}payments/switch-reads/")
    scenes.moved()
    camera.take(page, f"extraction-moved-{scheme}", f"{ROOM}payments/")
    camera.take(page, f"step-rollback-{scheme}", f"{ROOM}payments/rollback/")


def _change_pages(camera: Camera, page: Page) -> None:
    """The page of one row, and the page that asks an action's reason."""
    page.goto("/admin/boundaries_facades/route/")
    page.locator("#result_list tbody th a").first.click()
    camera.take(page, "admin-route-change")
    page.goto("/admin/boundaries_messaging/sagainstance/")
    page.locator("#result_list tbody th a").first.click()
    camera.take(page, "admin-sagainstance-change")
    page.goto("/admin/boundaries_messaging/delivery/?state__exact=dead")
    page.locator("#action-toggle").check()
    page.select_option("select[name=action]", "retry")
    page.locator("button[name=index]").first.click()
    camera.take(page, "admin-delivery-retry")


def _sign_in(page: Page, shop: Shop) -> None:
    page.goto("/admin/login/")
    page.fill("#id_username", shop.admin)
    page.fill("#id_password", shop.admin_password)
    page.locator("[type=submit]").click()
    page.wait_for_url("**/admin/")
