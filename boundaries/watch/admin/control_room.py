"""The control room's place in the admin: its addresses, and who may see them."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from boundaries.watch import pages
from boundaries.watch.admin.record import RecordAdmin
from boundaries.watch.models import ControlRoom


@admin.register(ControlRoom)
class ControlRoomAdmin(RecordAdmin):
    """A page instead of a list; each extraction has a page of its own below it."""

    def get_urls(self) -> list[URLPattern]:
        """The pages; those of the extractions only where the mover is installed."""
        wrap = self.admin_site.admin_view
        urls = [
            path("", wrap(self.changelist_view), name="boundaries_watch_controlroom_changelist"),
            path(
                "overview.html", wrap(self._page(pages.overview_part)), name="boundaries_watch_overview_part"
            ),
        ]
        return [*urls, *self._extraction_urls()] if apps.is_installed("boundaries.strangler") else urls

    def changelist_view(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """All contexts at a glance."""
        return self._page(pages.overview_page)(request)

    def _extraction_urls(self) -> list[URLPattern]:
        from boundaries.watch import extraction_pages as extraction

        wrap = self.admin_site.admin_view
        named = (
            ("<str:context>/", extraction.page, "extraction"),
            ("<str:context>/part.html", extraction.part, "extraction_part"),
            ("<str:context>/facts.json", extraction.facts, "extraction_facts"),
            ("<str:context>/<str:step>/", extraction.step, "step"),
        )
        return [
            path(route, wrap(self._page(view)), name=f"boundaries_watch_{name}")
            for route, view, name in named
        ]

    def _page(self, view: pages.Page) -> pages.Page:
        return pages.guarded(view, self)
