"""What does this process answer when another deployable calls?

Django REST framework does authentication and permission; parsers and renderers are left out, since the codec
of the operation reads and writes the JSON itself.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.core.signals import got_request_exception
from django.http import HttpResponse
from rest_framework.exceptions import APIException
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from boundaries.conf import setting
from boundaries.contexts.map import UnknownContext
from boundaries.errors import BoundaryError
from boundaries.facades import wire
from boundaries.facades.access import (
    BodyTooLarge,
    CallerNotDeclared,
    DeclaredInMap,
    SignatureAuthentication,
    read_body,
)
from boundaries.facades.answer import RemoteCall
from boundaries.facades.contract import NoFacade, build_contract, encode_contract, facade_of
from boundaries.facades.deadline import serving
from boundaries.facades.failure import ContractError, DeadlineExceeded, RemoteFailure
from boundaries.facades.keyring import KeyMissing, NonceStoreUnavailable
from boundaries.facades.local import lives_here
from boundaries.facades.principal import acting_as
from boundaries.facades.receipt import KeyInFlight, KeyReused
from boundaries.facades.scope import call_scope
from boundaries.facades.serve import BadArguments, NotServed, find_operation, serve
from boundaries.facades.signing import Envelope, SignatureRefused

log = logging.getLogger("boundaries.served")

# The first class that fits decides.
_STATUS: tuple[tuple[type[BoundaryError], int], ...] = (
    (SignatureRefused, 401),
    (KeyMissing, 401),
    (CallerNotDeclared, 403),
    (NotServed, 404),
    (UnknownContext, 404),
    (NoFacade, 404),
    (BodyTooLarge, 413),
    (BadArguments, 400),
    (KeyReused, 400),
    (KeyInFlight, 400),
    (ContractError, 400),
    (NonceStoreUnavailable, 503),
    (RemoteFailure, 503),
)


class _Negotiation(BaseContentNegotiation):
    """There is one format."""

    def select_parser(self, request: Request, parsers: Any) -> Any:  # noqa: ARG002
        return None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:  # noqa: ARG002
        return renderers[0], wire.JSON


class ServedView(APIView):
    """Base of the two views: signed callers only, and every failure as problem+json."""

    authentication_classes = (SignatureAuthentication,)
    permission_classes = (DeclaredInMap,)
    throttle_classes = ()
    content_negotiation_class = _Negotiation

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]
        """Tell the caller what went wrong, in its words where they are ours, and never with a traceback."""
        if isinstance(exc, BoundaryError):
            for kind, status in _STATUS:
                if isinstance(exc, kind):
                    return self._refusal(wire.problem(status, exc))
        if isinstance(exc, APIException):
            return self._refusal(wire.problem_text(exc.status_code, code="request", detail=str(exc.detail)))
        return self._crash(exc)

    def _refusal(self, reply: wire.Reply) -> HttpResponse:
        response = _response(reply)
        if reply.status == 401:
            response["WWW-Authenticate"] = SignatureAuthentication().authenticate_header(self.request)
        return response

    def _crash(self, exc: Exception) -> HttpResponse:
        """An error of ours: for the log and for whoever listens to Django's signal, not for the caller."""
        log.error("%s failed", self.request.path, exc_info=exc)
        got_request_exception.send(sender=type(self), request=self.request)
        return _response(
            wire.problem_text(500, code="crash", detail="the operation failed; see the log of this service")
        )


class OperationView(ServedView):
    """One operation of one context: `POST boundaries/v1/<context>/<version>/<operation>`."""

    http_method_names = ("post",)

    def signed_path(self) -> str:
        """The path that the caller must have signed."""
        return wire.operation_path(**self.kwargs)

    def post(self, request: Request, context: str, version: str, operation: str) -> HttpResponse:
        """Run the operation for the caller, on behalf of its principal, within its deadline."""
        envelope: Envelope = request.auth  # type: ignore[assignment]
        found = find_operation(context, version, operation)
        call = RemoteCall(
            context=context,
            version=version,
            operation=operation,
            kind=found.kind,
            idempotent=found.idempotent,
            body=read_body(request),
            key=envelope.key,
            epoch=envelope.epoch,
            deadline=_deadline(envelope, context=context, operation=operation, own_seconds=found.timeout),
            principal=envelope.principal,
        )
        with (
            acting_as(envelope.principal),
            call_scope(),
            serving(deadline=call.deadline, is_retry=envelope.attempt > 0),
        ):
            return _response(wire.to_reply(serve(call, caller=envelope.caller)))


class ContractView(ServedView):
    """The OpenAPI document of a context that is served here: `GET boundaries/v1/<context>/openapi.json`."""

    http_method_names = ("get",)

    def signed_path(self) -> str:
        """The path that the caller must have signed."""
        return wire.contract_path(**self.kwargs)

    def get(self, request: Request, context: str) -> HttpResponse:  # noqa: ARG002
        """The document, as `boundaries contract` writes it."""
        if not lives_here(context):
            raise NotServed(context=context, version="any", operation="openapi.json")
        facade = facade_of(context)
        return HttpResponse(encode_contract(build_contract(facade)), content_type=wire.JSON)


def _deadline(envelope: Envelope, *, context: str, operation: str, own_seconds: float | None) -> float:
    """When the caller will have left, on this process's clock.

    :raises DeadlineExceeded: when it has left already; the operation is not begun.
    """
    if envelope.deadline_ms is None:
        return time.monotonic() + (own_seconds or setting("CALL_TIMEOUT_SECONDS"))
    if envelope.deadline_ms <= 0:
        raise DeadlineExceeded(context=context, operation=operation, timeout_seconds=0)
    return time.monotonic() + envelope.deadline_ms / 1000


def _response(reply: wire.Reply) -> HttpResponse:
    return HttpResponse(reply.body, status=reply.status, headers=dict(reply.headers))
