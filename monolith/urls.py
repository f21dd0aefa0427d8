"""Which URLs does the shop answer?"""

from django.contrib import admin
from django.contrib.staticfiles.views import serve
from django.http import HttpRequest, JsonResponse
from django.urls import include, path


def healthz(request: HttpRequest) -> JsonResponse:
    """This process is up and has its settings; nothing else is asked."""
    return JsonResponse({"status": "ok"})


urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("monolith.storefront.api.urls")),
    path("boundaries/", include("boundaries.facades.urls")),
    path("healthz", healthz),
    # A web server in front would do this; the shop is complete without one.
    path("static/<path:path>", serve, {"insecure": True}),
    path("", include("monolith.storefront.urls")),
]
