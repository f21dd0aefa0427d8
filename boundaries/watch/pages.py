"""What is on the control room's first page?"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from boundaries.contexts.map import UnknownContext
from boundaries.errors import BoundaryError
from boundaries.facades.models import RouteChange
from boundaries.watch.facts import overview

RECENT = 8
REFRESH_SECONDS = 2

Page = Callable[..., HttpResponse]


def guarded(view: Page, model_admin: admin.ModelAdmin[Any]) -> Page:
    """The view for those who may see the control room; a context that does not exist leads back to the first page.

    Never inside a transaction of the request: a step commits as it goes, and the follower writes beside it.
    """

    @functools.wraps(view)
    def page(request: HttpRequest, **kwargs: str) -> HttpResponse:
        if not model_admin.has_view_permission(request):
            raise PermissionDenied
        try:
            return view(request, site=model_admin.admin_site, **kwargs)
        except UnknownContext as error:
            messages.error(request, error.render())
            return HttpResponseRedirect(reverse("admin:boundaries_watch_controlroom_changelist"))

    return transaction.non_atomic_requests(page)


def overview_page(request: HttpRequest, *, site: admin.AdminSite) -> HttpResponse:
    """All contexts at a glance, refreshed while somebody looks."""
    context = {
        **site.each_context(request),
        "title": "Control room",
        "live_url": reverse("admin:boundaries_watch_overview_part", current_app=site.name),
        "refresh_seconds": REFRESH_SECONDS,
        **_parts(),
    }
    return TemplateResponse(request, "boundaries_watch/control_room.html", context)


def overview_part(request: HttpRequest, *, site: admin.AdminSite) -> HttpResponse:  # noqa: ARG001
    """The part of the page that changes."""
    return TemplateResponse(request, "boundaries_watch/_overview.html", _parts())


def _parts() -> dict[str, Any]:
    try:
        return {
            "facts": overview(),
            "route_changes": RouteChange.objects.all()[:RECENT],
            "runs": _recent_runs(),
        }
    except BoundaryError as error:
        return {"problem": error}


def _recent_runs() -> Any:
    if not apps.is_installed("boundaries.strangler"):
        return ()
    from boundaries.strangler.models import StepRun

    return StepRun.objects.all()[:RECENT]
