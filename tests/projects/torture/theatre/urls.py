"""Where the theatre's pages are."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("admin/", admin.site.urls), path("tickets/", include("ticketing.urls"))]
