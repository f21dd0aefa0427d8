"""Which URLs does the shop answer?"""

from django.contrib import admin
from django.contrib.staticfiles.views import serve
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("monolith.storefront.api.urls")),
    path("boundaries/", include("boundaries.facades.urls")),
    path("", include("boundaries.watch.urls")),
    # A web server in front would do this; the shop is complete without one.
    path("static/<path:path>", serve, {"insecure": True}),
    path("", include("monolith.storefront.urls")),
]
