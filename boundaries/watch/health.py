"""Is this process alive, and may it be sent requests?"""

from __future__ import annotations

import logging

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from boundaries.conf import setting
from boundaries.facades import routing, side

log = logging.getLogger("boundaries.health")


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Alive: always 200, and nothing else is asked, so that a slow database restarts nobody."""
    return JsonResponse({"status": "ok", "side": setting("SIDE")})


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Ready: 200 when database, routes and side are right, else 503 and which of them is not.

    The reason itself goes to the log: it may name hosts and users, and this page asks nobody who they are.
    """
    problem = _problem()
    body = {"status": "not ready" if problem else "ready", "side": setting("SIDE")}
    if problem:
        body["problem"] = problem
    return JsonResponse(body, status=503 if problem else 200)


def _problem() -> str:
    try:
        routing.refresh()
    except DatabaseError as error:
        log.warning("not ready: %s", error)
        return f"{routing.RoutesUnreadable.code}: routes and owners cannot be read"
    try:
        side.require_side()
    except (DatabaseError, side.WrongSide) as error:
        log.warning("not ready: %s", error)
        return f"{side.WrongSide.code}: the database is not known to be of this side"
    return ""
