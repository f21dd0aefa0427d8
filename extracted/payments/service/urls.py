"""Which URLs does the service answer?"""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.urls import include, path

SIDE = "payments"


def healthz(request: HttpRequest) -> JsonResponse:
    """Whether this process can work: it is up and its database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "no database", "side": SIDE}, status=503)
    return JsonResponse({"status": "ok", "side": SIDE})


urlpatterns = [
    path("boundaries/", include("boundaries.facades.urls")),
    path("healthz", healthz),
]
