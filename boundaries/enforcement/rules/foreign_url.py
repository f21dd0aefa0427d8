"""Does code name or include another context's URL?"""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.link import Link
from boundaries.enforcement.rules.rule import Example, Rule


def _breaks(_link: Link, _source: Context, _target: Context) -> bool:
    return True


_EXAMPLE = Example(
    before={
        "shop/payments/urls.py": """\
from django.urls import path
from shop.payments import views
app_name = "payments"
urlpatterns = [path("<int:pk>/", views.show, name="show")]
""",
        "shop/payments/views.py": """\
def show(request, pk): ...
""",
        "shop/bookings/views.py": """\
from django.urls import reverse
def link(payment):
    return reverse("payments:show", args=[payment])
""",
    },
    after={
        "shop/bookings/views.py": """\
from shop.payments import public
def link(payment):
    return public.address_of(payment)
""",
        "shop/payments/public.py": """\
def address_of(payment): ...
""",
    },
)

RULE = Rule(
    code="BD220",
    title="URL of another context",
    kinds=("url",),
    why=(
        "`reverse` and `{% url %}` look a name up in the URLs of the running project. Once the other "
        "context serves its own pages, the name is unknown there, and the page that only wanted to show a "
        "link fails."
    ),
    fix=(
        "Ask the other context's facade for the address, keep the address in a setting, or let the front "
        "door (a gateway, a navigation registry) join pages of several contexts. `include` belongs into a "
        "module of URLs outside all contexts."
    ),
    remedy="Ask {target_context} for the address of {target}, or keep it in a setting.",
    severity="warning",
    breaks=_breaks,
    example=_EXAMPLE,
)
