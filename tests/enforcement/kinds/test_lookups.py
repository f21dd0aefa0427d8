"""Is every ORM path followed into the other context, and no further than the source tells?"""

from __future__ import annotations

import pytest

from tests.enforcement.conftest import TinyProject


class TestLookups:
    MODELS = {
        "shop/payments/models.py": (
            "from django.db import models\n"
            "class Payment(models.Model):\n"
            "    booking = models.ForeignKey('bookings.Booking', models.CASCADE, related_name='paid_by')\n"
            "class Refund(models.Model):\n"
            "    payment = models.ForeignKey(Payment, models.CASCADE)\n"
            "    trip = models.ForeignKey('bookings.Trip', models.CASCADE)\n"
            "    hidden = models.ForeignKey('bookings.Trip', models.CASCADE, related_name='+')\n"
        ),
        "shop/bookings/models.py": (
            "from django.db import models\n"
            "class Trip(models.Model):\n"
            "    parent = models.ForeignKey('self', models.CASCADE)\n"
            "    @classmethod\n"
            "    def paid(cls):\n"
            "        return cls.objects.filter(refund__payment__state='paid')\n"
            "class Booking(models.Model):\n"
            "    trip = models.ForeignKey(Trip, models.CASCADE)\n"
        ),
    }

    def test_follow_relations_both_ways(self, project: TinyProject) -> None:
        project.write(self.MODELS).write(
            {
                "shop/bookings/a.py": (
                    "from django.db.models import Count, F, Prefetch, Q\n"
                    "from . import models\n"
                    "from .models import Booking\n"
                    "a = Booking.objects.filter(paid_by__amount__gt=1)\n"
                    "b = models.Booking.objects.all().order_by('-trip__refund__payment__id')\n"
                    "c = Booking.objects.exclude(Q(trip=1) | ~Q(trip__refund__id=2))\n"
                    "d = Booking.objects.annotate(n=Count('paid_by__id'), m=F('trip__refund__id'))\n"
                    "e = Booking.objects.select_related('trip').prefetch_related(Prefetch('paid_by'))\n"
                    "f = (\n"
                    "    Booking.objects\n"
                    "    .filter(trip__parent__name='x')\n"
                    "    .values_list(\n"
                    "        'trip__parent__refund__id', flat=True)\n"
                    ")\n"
                ),
            }
        )

        found = [
            (link.line, link.target, link.detail) for link in project.links()[0] if link.kind == "lookup"
        ]

        payment, refund = "payments.Payment", "payments.Refund"
        assert found == [
            (4, payment, "paid_by__amount__gt"),
            (5, refund, "trip__refund__payment__id"),
            (6, refund, "trip__refund__id"),
            (7, payment, "paid_by__id"),
            (7, refund, "trip__refund__id"),
            (8, payment, "paid_by"),
            (13, refund, "trip__parent__refund__id"),
            (6, refund, "refund__payment__state"),
        ]

    def test_are_none_inside_a_context(self, project: TinyProject) -> None:
        project.write(self.MODELS).write(
            {
                "shop/payments/a.py": (
                    "from .models import Refund\n"
                    "a = Refund.objects.filter(payment__state=1, trip=2, hidden_id=3).get(payment=4)\n"
                    "b = model.objects.filter(owner__name=2, trip__in=3)\n"
                    "c = request.GET.get('trip__name')\n"
                ),
                "shop/bookings/models.py": "",
            }
        )

        links, unresolved = project.links()

        assert [link for link in links if link.kind == "lookup"] == []
        assert not unresolved

    def test_are_unresolved_where_models_disagree_on_the_way(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": (
                    "from django.db import models\n"
                    "class Payer(models.Model):\n"
                    "    name = models.TextField()\n"
                    "class Payment(models.Model):\n"
                    "    owner = models.ForeignKey(Payer, models.CASCADE)\n"
                ),
                "shop/bookings/models.py": (
                    "from django.db import models\n"
                    "class Guest(models.Model):\n"
                    "    name = models.TextField()\n"
                    "class Booking(models.Model):\n"
                    "    owner = models.ForeignKey(Guest, models.CASCADE)\n"
                ),
                "shop/bookings/a.py": "def f(rows):\n    return rows.filter(owner__name='x', owner__in=[1])\n",
            }
        )

        links, unresolved = project.links()

        assert links == []
        assert unresolved == {"lookup": 1}

    @pytest.mark.parametrize(
        "body",
        [
            "class A(admin.ModelAdmin):\n    search_fields = ['^trip__refund__id']\nadmin.site.register(Booking, A)",
            "@admin.register(Booking)\nclass A(admin.ModelAdmin):\n    list_filter = (('trip__refund__id', X),)",
            "class A(ModelForm):\n    class Meta:\n        model = Booking\n        fields = {'trip__refund__id': ['gt']}",
            "class A(Base):\n    model = Booking\n    x = Column(accessor='trip.refund.id')",
            "class B:\n    queryset = Booking.objects.all()\nclass A(B):\n    ordering = ['-trip__refund__id']",
            "def f(queryset):\n    return queryset.filter(trip__refund__id=1)",
            "def f():\n    qs = Booking.objects.all()\n    return qs.order_by('trip__refund__id')",
            "class A:\n    model = Booking\n    def f(self):\n        return self.get_queryset().filter(trip__refund__id=1)",
        ],
    )  # fmt: skip
    def test_are_followed_from_options_variables_and_whatever_has_such_a_path(
        self, project: TinyProject, body: str
    ) -> None:
        text = f"from shop.bookings.models import Booking\n{body}\n"
        project.write(self.MODELS).write({"shop/bookings/a.py": text})

        found = [link for link in project.links()[0] if link.kind == "lookup" and link.path.endswith("a.py")]

        assert [(link.target, link.detail) for link in found] == [("payments.Refund", "trip__refund__id")]

    def test_that_end_in_a_column_join_nothing(self, project: TinyProject) -> None:
        project.write(self.MODELS).write(
            {
                "shop/payments/a.py": (
                    "from .models import Payment, Refund\n"
                    "Payment.objects.filter(booking__in=[1], booking_id=2, booking__isnull=True)\n"
                    "Refund.objects.order_by('trip').values('trip__parent')\n"
                    "def f(options, request):\n"
                    "    options.filter(no__such__path=1)\n"
                    "    request.update(trip__name=1)\n"
                )
            }
        )

        links, unresolved = project.links()

        found = [link for link in links if link.kind == "lookup" and link.path.endswith("a.py")]
        assert [(link.line, link.detail) for link in found] == [(3, "trip__parent")]
        assert not unresolved
