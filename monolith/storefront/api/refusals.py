"""Which status does a refusal have, and what does its body say?

Every refusal is `{"code": ..., "detail": ...}`. What cannot be asked at the moment is a 503 with Retry-After.
"""

from __future__ import annotations

import logging
from typing import Any

from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response

from boundaries import DomainError
from boundaries.facades.failure import RemoteFailure
from boundaries.facades.receipt import KeyReused
from monolith.bookings.public import Refusal

RETRY_AFTER_SECONDS = 1

_log = logging.getLogger(__name__)

_STATUS = {
    "accounts.wrong_password": 401,
    "accounts.token_invalid": 401,
    "bookings.unknown": 404,
    "catalogue.offer_unknown": 404,
    "flights.unknown": 404,
    "hotels.unknown": 404,
    "payments.card_declined": 402,
    "payments.unknown": 404,
}


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The response to an exception that a view raised; None leaves it to Django, as a 500."""
    if isinstance(error, DomainError):
        return refused(error.code, str(error))
    if isinstance(error, RemoteFailure):
        return unavailable(error)
    if isinstance(error, KeyReused):
        return Response({"code": "idempotency_key_reused", "detail": error.what}, status=422)
    if isinstance(error, APIException):
        return _rest(error)
    return None


def refused(code: str, detail: str) -> Response:
    """The domain said no; 409 unless the code is known for something else."""
    return Response({"code": code, "detail": detail}, status=_STATUS.get(code, 409))


def came_to_nothing(refusal: Refusal | None) -> Response:
    """The refusal that was written down with a booking."""
    if refusal is None:
        return refused("bookings.failed", "The booking was given up.")
    if refusal.code.startswith("BD"):
        _log.warning("answered 503: %s", refusal.text)
        return _try_again("payments")
    return refused(refusal.code, refusal.text)


def unavailable(failure: RemoteFailure) -> Response:
    """A context could not be asked."""
    _log.warning("answered 503: %s", failure.what)
    return _try_again(failure.facts.get("context", "payments"))


def _try_again(context: str) -> Response:
    return Response(
        {
            "code": f"{context}.unavailable",
            "detail": f"The shop cannot reach {context} at the moment. Look at your trips, then try again.",
        },
        status=503,
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def _rest(error: APIException) -> Response:
    headers = {"WWW-Authenticate": error.auth_header} if getattr(error, "auth_header", None) else None
    if isinstance(error, ValidationError):
        body = {"code": "invalid", "detail": "The request is not valid.", "fields": error.detail}
    else:
        body = {"code": error.get_codes(), "detail": error.detail}
    return Response(body, status=error.status_code, headers=headers)
