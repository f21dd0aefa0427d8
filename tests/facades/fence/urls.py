"""The views of the fence's tests."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from tests.sample.ledger.public import Ledger
from tests.sample.orders.models import Order

# What the next request runs; a test sets it.
work: list[Callable[[], object]] = []


def write_both(request: HttpRequest) -> HttpResponse:
    """Write a row that does not move, then whatever the test wants."""
    Order.objects.create(number="before")
    work[0]()
    return HttpResponse("written")


def deposit(request: HttpRequest) -> HttpResponse:
    """Write a row that does not move, then ask the ledger, in one transaction."""
    seen = Order.objects.count()
    Order.objects.create(number=f"attempt {seen} of {len(request.body)} bytes")
    for step in work:
        step()
    balance = Ledger.deposit(account_id=request.GET["account"], amount=Decimal(5))
    return JsonResponse({"balance": str(balance), "orders_seen": seen})


urlpatterns = [
    path("write-both", write_both),
    path("replayable", deposit, name="replayable"),
    path("once", deposit, name="once"),
]
