"""At which addresses are health and metrics? Mount it at the root: `path("", include("boundaries.watch.urls"))`."""

from django.urls import path

from boundaries.watch.health import healthz, readyz
from boundaries.watch.metrics import metrics

urlpatterns = [
    path("healthz", healthz, name="boundaries_healthz"),
    path("readyz", readyz, name="boundaries_readyz"),
    path("metrics", metrics, name="boundaries_metrics"),
]
