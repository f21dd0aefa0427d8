"""Where is what?"""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("boundaries/", include("boundaries.facades.urls")),
    path("", include("boundaries.watch.urls")),
]
