"""Which pages lead from the monolith's admin into a service's?"""

from __future__ import annotations

from urllib.parse import urlencode, urljoin, urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from boundaries.conf import named_address
from boundaries.contexts.map import current_map
from boundaries.errors import BoundaryError
from boundaries.facades.keyring import KeyMissing, NonceStoreUnavailable, own_name
from boundaries.facades.staff.right import admit, issue
from boundaries.facades.staff.ticket import TicketRefused, read_ticket

_MONOLITH = "monolith"
_PAGE = """\
<!doctype html>
<html lang="en"><meta charset="utf-8"><title>On the way to {context}</title>
<form method="post" action="{action}">
<input type="hidden" name="ticket" value="{ticket}"><input type="hidden" name="next" value="{next}">
<button autofocus>Go on to {context}</button>
</form><script>document.forms[0].submit()</script></html>
"""


@never_cache
@require_GET
def hand_over(request: HttpRequest, context: str) -> HttpResponse:
    """In the monolith: send somebody on to a service's admin, to the page `next` of it.

    The ticket is sent as a form, so that it stands in no log and no history.
    """
    service = current_map().context(context).service if context in current_map().contexts else None
    if own_name() != _MONOLITH or service is None or service.admin is None:
        raise Http404
    if not request.user.is_authenticated:
        return HttpResponseRedirect(_sign_in_here(request))
    try:
        ticket = issue(request.user, context=context)
        if ticket is None:
            return HttpResponseForbidden(
                f"Nothing of {context} is yours to see; ask for a permission on its models."
            )
        admin, signed = service.resolve_admin(), ticket.sign(audience=context)
    except BoundaryError as refusal:
        return HttpResponse(refusal.render(), status=503, content_type="text/plain; charset=utf-8")
    action = urljoin(admin, "/boundaries/staff/sign-in")
    wanted = _inside(request.GET.get("next", ""), urlsplit(admin).path)
    return HttpResponse(format_html(_PAGE, context=context, action=action, ticket=signed, next=wanted))


@never_cache
@csrf_exempt
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """In a service: let somebody in who comes with the monolith's ticket. A ticket is its own proof against forgery."""
    from django.contrib.auth import login

    if own_name() == _MONOLITH:
        raise Http404
    try:
        ticket = read_ticket(request.POST.get("ticket", ""), issuer=_MONOLITH)
    except (TicketRefused, KeyMissing) as refusal:
        return HttpResponse(refusal.render(), status=403, content_type="text/plain; charset=utf-8")
    except NonceStoreUnavailable as refusal:
        return HttpResponse(refusal.render(), status=503, content_type="text/plain; charset=utf-8")
    user = admit(ticket, context=own_name())
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponseRedirect(_inside(request.POST.get("next", ""), "/admin/"))


@never_cache
def sign_in_needed(request: HttpRequest) -> HttpResponse:
    """In a service, in place of the admin's own sign-in: back to the monolith, which knows who this is."""
    wanted = _inside(request.GET.get("next", ""), "/admin/")
    monolith = named_address("MONOLITH_PUBLIC_URL") or named_address("MONOLITH_URL")
    if not monolith:
        return HttpResponseForbidden(
            "Open this page from the monolith's admin. (MONOLITH_PUBLIC_URL is not set.)"
        )
    path = f"/boundaries/staff/{own_name()}/?{urlencode({'next': wanted})}"
    return HttpResponseRedirect(urljoin(monolith, path))


def _sign_in_here(request: HttpRequest) -> str:
    from django.shortcuts import resolve_url
    from django.urls import NoReverseMatch, reverse

    try:
        login = reverse("admin:login")
    except NoReverseMatch:
        login = resolve_url("login")
    return f"{login}?{urlencode({'next': request.get_full_path()})}"


def _inside(path: str, default: str) -> str:
    """A path of this host; nothing that leads elsewhere."""
    is_safe = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_safe else default or "/"
