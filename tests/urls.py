"""Which URLs does the tests' project answer?"""

from __future__ import annotations

import importlib.util

from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("admin/", admin.site.urls)]

if importlib.util.find_spec("boundaries.facades.urls"):
    urlpatterns.append(path("boundaries/", include("boundaries.facades.urls")))
