"""Which deployable is calling, and may it?"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from boundaries.conf import setting
from boundaries.contexts.map import current_map
from boundaries.errors import BoundaryError
from boundaries.facades.keyring import KeyMissing, own_name, remember_nonce, verifying_keys
from boundaries.facades.peer import MONOLITH
from boundaries.facades.signing import Envelope, SignatureRefused, verify

log = logging.getLogger("boundaries.access")


class CallerNotDeclared(BoundaryError):
    """Raised when a deployable calls a context that its own context does not declare."""

    code = "BD347"
    problem = "{caller} may not call {context}: the map does not say so."
    remedy = "Add {context!r} to `calls` of {caller} in the context map, here and there, if it really should."


class BodyTooLarge(BoundaryError):
    """Raised when the arguments of a call are longer than DATA_UPLOAD_MAX_MEMORY_SIZE."""

    code = "BD348"
    problem = "The body of the call is longer than {limit_bytes} bytes."
    remedy = "Ask in smaller portions, or raise DATA_UPLOAD_MAX_MEMORY_SIZE here."


@dataclass(frozen=True, slots=True)
class Caller:
    """A deployable whose signature fits; what Django REST framework calls the user."""

    name: str
    is_authenticated: bool = True
    is_active: bool = True

    def __str__(self) -> str:
        return self.name


class SignatureAuthentication(BaseAuthentication):
    """Reads who calls from the signature. The view says with `signed_path()` what must have been signed."""

    def authenticate(self, request: Request) -> tuple[Caller, Envelope]:
        """The caller, and everything that it signed.

        :raises SignatureRefused: or a subclass; there is no anonymous caller.
        :raises NonceStoreUnavailable: when a replay could not be told apart.
        """
        view: Any = request.parser_context["view"] if request.parser_context else None
        try:
            envelope = verify(
                request.headers,
                method=request.method or "",
                path=view.signed_path(),
                body=read_body(request),
                side=own_name(),
                keys=verifying_keys,
                remember=remember_nonce,
                now=time.time(),
                window_seconds=setting("SIGNATURE_SECONDS"),
            )
        except (SignatureRefused, KeyMissing) as error:
            log.warning("call refused: %s", error.render(), extra={"code": error.code, "path": request.path})
            raise
        return Caller(envelope.caller), envelope

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  (the framework passes it)
        """What a 401 names as the way in."""
        return "Boundaries-HMAC-SHA256"


class DeclaredInMap(BasePermission):
    """The monolith may call every service; a service only what its context declares in `calls`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the map allows it.

        :raises CallerNotDeclared: naming the line to add.
        """
        context: str = view.kwargs["context"]
        if not may_call(str(request.user), context):
            error = CallerNotDeclared(caller=str(request.user), context=context)
            log.warning("call refused: %s", error.render(), extra={"code": error.code, "path": request.path})
            raise error
        return True


def may_call(caller: str, context: str) -> bool:
    """Whether the map lets `caller` ask `context`; a context without the key `calls` is not restricted."""
    if caller in {MONOLITH, context}:
        return True
    declared = current_map().contexts.get(caller)
    return declared is not None and (declared.calls is None or context in declared.calls)


def read_body(request: Request) -> bytes:
    """The raw body, unless it is too long to be read.

    :raises BodyTooLarge: before anything is read, when the caller says how long it is.
    """
    from django.conf import settings
    from django.core.exceptions import RequestDataTooBig

    try:
        return bytes(request.body)
    except RequestDataTooBig:
        raise BodyTooLarge(limit_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE) from None
