"""Where are the contexts of this deployable served?

Mount it as `path("boundaries/", include("boundaries.facades.urls"))`.
"""

from __future__ import annotations

from django.db import transaction
from django.urls import path

from boundaries.facades.staff import views as staff
from boundaries.facades.views import ContractView, OperationView

app_name = "boundaries_facades"

# A command opens its own transaction and must see its commit; a served call is never inside ATOMIC_REQUESTS.
urlpatterns = [
    path(
        "v1/<str:context>/openapi.json",
        transaction.non_atomic_requests(ContractView.as_view()),
        name="contract",
    ),
    path(
        "v1/<str:context>/<str:version>/<str:operation>",
        transaction.non_atomic_requests(OperationView.as_view()),
        name="operation",
    ),
    path("staff/sign-in", staff.sign_in, name="sign_in"),
    path("staff/<str:context>/", staff.hand_over, name="hand_over"),
]
