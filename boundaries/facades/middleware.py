"""What does each request need from the facades?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.module_loading import import_string

from boundaries.conf import setting
from boundaries.facades import routing, startup
from boundaries.facades.failure import OwnerMoved, RemoteFailure
from boundaries.facades.principal import Principal, acting_as
from boundaries.facades.scope import call_scope

GetResponse = Callable[[HttpRequest], HttpResponse]

RETRY_AFTER_SECONDS = "1"


class BoundariesMiddleware:
    """Opens a scope per request, knows its principal, and turns a remote failure nobody caught into a 503.

    A server that cannot read routes and owners, or runs on another side's database, does not start: middleware is
    built when the server loads. A request that met the switch inside its own transaction is run again once, after
    the rollback, if its view is named in REPLAY_VIEWS.
    """

    def __init__(self, get_response: GetResponse) -> None:
        startup.require_ready_to_serve()
        self.get_response = get_response
        dotted = setting("PRINCIPAL")
        self.principal_of: Callable[[HttpRequest], Principal | None] = (
            import_string(dotted) if dotted else _signed_in
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with call_scope(), acting_as(lambda: self.principal_of(request)):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for a failure between contexts that the view has not handled."""
        if not isinstance(exception, RemoteFailure):
            return None
        if isinstance(exception, OwnerMoved) and self._may_run_again(request):
            request.boundaries_replayed = True  # type: ignore[attr-defined]
            # Here the rollback is over: what is read now is not the snapshot of the transaction that failed.
            routing.refresh()
            return self.get_response(request)
        return unavailable(exception)

    @staticmethod
    def _may_run_again(request: HttpRequest) -> bool:
        match: Any = request.resolver_match
        named = match is not None and match.view_name in setting("REPLAY_VIEWS")
        return named and not getattr(request, "boundaries_replayed", False)


def unavailable(failure: RemoteFailure) -> JsonResponse:
    """503 with Retry-After, and what happened in one object."""
    return JsonResponse(
        {"code": failure.code, "detail": failure.what},
        status=503,
        headers={"Retry-After": RETRY_AFTER_SECONDS},
    )


def _signed_in(request: HttpRequest) -> Principal | None:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    return Principal(subject=str(user.pk))
