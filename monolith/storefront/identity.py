"""Who is asking?

A bearer token in the API, the same token in a cookie on the pages; neither needs a database.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from boundaries.facades.principal import Principal
from monolith.accounts.public import Accounts, TokenInvalid, Traveller

COOKIE = "traveller"

_SCHEME = "Bearer "


def traveller_of(request: HttpRequest) -> Traveller | None:
    """Whose token the request carries; None without a good one. Asked once per request."""
    known = request.__dict__
    if "_traveller" not in known:
        known["_traveller"] = _identified(_bearer(request) or request.COOKIES.get(COOKIE, ""))
    return known["_traveller"]


def principal_of(request: HttpRequest) -> Principal | None:
    """The traveller for calls between contexts, or a signed-in member of the staff."""
    traveller = traveller_of(request)
    if traveller is not None:
        return Principal(subject=str(traveller.id))
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return Principal(subject=user.get_username(), scopes=("staff",))
    return None


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer TOKEN`, after which `request.user` is a `Traveller`.

    The cookie is not read here: the API has no CSRF token.
    """

    def authenticate(self, request: Request) -> tuple[Traveller, str] | None:
        """The traveller, or None for a request without a token.

        :raises AuthenticationFailed: for a token that is no good.
        """
        token = _bearer(request)
        if not token:
            return None
        traveller = traveller_of(request._request)  # noqa: SLF001  (the way to Django's own request)
        if traveller is None:
            raise AuthenticationFailed("Please sign in again.")
        return traveller, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return _SCHEME.strip()


class IsSignedIn(BasePermission):
    """Lets in whoever has a token."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether somebody is signed in."""
        return isinstance(request.user, Traveller)


def _identified(token: str) -> Traveller | None:
    if not token:
        return None
    try:
        return Accounts.identify(token=token)
    except TokenInvalid:
        return None


def _bearer(request: Any) -> str:
    header = request.META.get("HTTP_AUTHORIZATION", "")
    return header.removeprefix(_SCHEME) if header.startswith(_SCHEME) else ""
