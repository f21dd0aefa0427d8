"""Is every way back along another context's relation seen, and no attribute that only looks like one?"""

from __future__ import annotations

import pytest

from tests.enforcement.conftest import TinyProject
from tests.enforcement.kinds.shop import couplings

MODELS = {
    "shop/payments/models.py": (
        "from django.db import models\n"
        "class Payment(models.Model):\n"
        "    booking = models.ForeignKey('bookings.Booking', models.CASCADE)\n"
        "class Receipt(models.Model):\n"
        "    booking = models.OneToOneField('bookings.Booking', models.CASCADE)\n"
        "class Refund(models.Model):\n"
        "    booking = models.ForeignKey('bookings.Booking', models.CASCADE, related_name='%(class)s_rows')\n"
        "    hidden = models.ForeignKey('bookings.Booking', models.CASCADE, related_name='+')\n"
        "    class Meta:\n"
        "        default_related_name = 'unused'\n"
    ),
    "shop/bookings/models.py": (
        "from django.db import models\n"
        "class Booking(models.Model):\n"
        "    def is_paid(self):\n"
        "        return self.payment_set.exists()\n"
        "class Seat(models.Model):\n"
        "    booking = models.ForeignKey(Booking, models.CASCADE)\n"
    ),
}
PAYMENT, RECEIPT, REFUND = "payments.Payment", "payments.Receipt", "payments.Refund"


def found_in(project: TinyProject, body: str) -> list[str]:
    """The targets of the ways back in one module of bookings."""
    project.write(MODELS).write(
        {"shop/bookings/a.py": f"from shop.bookings.models import Booking, Seat\n{body}"}
    )
    return [
        link.target for link in project.links()[0] if link.kind == "reverse" and link.path.endswith("a.py")
    ]


class TestReverse:
    @pytest.mark.parametrize(
        ("body", "target"),
        [
            ("booking.payment_set", PAYMENT),
            ("x = Booking.objects.get(pk=1)\nx.refund_rows.all()", REFUND),
            ("def f(x: Booking | None):\n    return x.refund_rows.count()", REFUND),
            ("def f(pk):\n    x = get_object_or_404(Booking, pk=pk)\n    return x.refund_rows.all()", REFUND),
            ("def f():\n    for x in Booking.objects.filter(pk=1):\n        x.refund_rows.delete()", REFUND),
            ("def f(request):\n    return request.seat.booking.refund_rows.first()", REFUND),
            ("def f(booking):\n    return hasattr(booking, 'receipt')", RECEIPT),
            ("def f(booking):\n    return getattr(booking, 'receipt', None)", RECEIPT),
            ("try: ...\nexcept Booking.receipt.RelatedObjectDoesNotExist: ...", RECEIPT),
            ("def f(self):\n    return self.context['booking'].refund_rows.all()", REFUND),
            ("MERGED = ('payment_set', 'seat_set')", PAYMENT),
            ("class V:\n    model = Booking\n    def get(self):\n        return self.object.refund_rows.all()", REFUND),
            ("class V:\n    queryset = Booking.objects.all()\n    def f(self, obj):\n        obj.refund_rows.all()", REFUND),
        ],
    )  # fmt: skip
    def test_names_the_model_behind_the_accessor(self, project: TinyProject, body: str, target: str) -> None:
        assert found_in(project, f"{body}\n") == [target]

    @pytest.mark.parametrize(
        "body",
        [
            "'''booking.payment_set'''",
            "# booking.payment_set",
            "def f(booking): return booking.seat_set.all()",
            "def f(booking): return booking.hidden.all()",
            "def f(booking): return booking.unused.all()",
            "class Other:\n    def f(self): return self.refund_rows.all()",
            "def f(seat): return seat.receipt.all()",
            "def f(thing): return hasattr(thing, 'receipt_of_nothing')",
            "def f(error): return getattr(error, 'refund_rows', ())",
        ],
    )
    def test_is_not_seen_where_there_is_none(self, project: TinyProject, body: str) -> None:
        assert found_in(project, f"{body}\n") == []

    def test_is_seen_on_self_in_a_model(self, project: TinyProject) -> None:
        project.write(MODELS)

        assert couplings(project, "reverse") == [
            "reverse bookings/models.py:4 Booking.is_paid -> payments.Payment"
        ]
        assert "BD217" in project.codes()

    def test_on_an_object_that_is_not_told_is_unresolved_unless_the_name_is_unique(
        self, project: TinyProject
    ) -> None:
        project.write(MODELS).write(
            {
                "shop/bookings/a.py": "def f(x, y):\n    x.payment_set.all()\n    y.receipt.all()\n    y.refund_rows.all()\n",
                "shop/bookings/forms.py": "class Form:\n    refund_rows = 1\n    receipt = 2\n",
            }
        )

        links, unresolved = project.links()

        assert [link.line for link in links if link.kind == "reverse" and link.path.endswith("a.py")] == [2]
        assert unresolved["reverse"] == 2

    def test_goes_through_parent_tables_and_models_of_third_parties(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": (
                    "from django.conf import settings\n"
                    "from django.db import models\n"
                    "from shop.bookings.models import Booking\n"
                    "class Deposit(Booking):\n"
                    "    pass\n"
                    "class Wallet(models.Model):\n"
                    "    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE)\n"
                ),
                "shop/bookings/models.py": "from django.db import models\nclass Booking(models.Model):\n    pass\n",
                "shop/bookings/a.py": (
                    "def f(request, booking):\n"
                    "    hasattr(booking, 'deposit')\n"
                    "    hasattr(request.user, 'wallet')\n"
                    "    return request.user.wallet.amount, request.user.is_staff\n"
                ),
            }
        )

        assert couplings(project, "reverse") == [
            "reverse bookings/a.py:2 f -> payments.Deposit",
            "reverse bookings/a.py:3 f -> payments.Wallet",
            "reverse bookings/a.py:4 f -> payments.Wallet",
        ]


class TestPlainAttributes:
    @pytest.mark.parametrize(
        "body",
        [
            "def f(booking): return booking.receipt",
            "def f(x): return x.receipt.total",
            "def f(x):\n    x.count()\n    return [y.receipt for y in x]",
            "def f(pk):\n    it = Booking.objects.get(pk=pk)\n    return it.receipt",
            "class Seat:\n    def f(self): return self.lines[0].receipt",
            "def f(x):\n    receipt = x.receipt",
            (
                'class A:\n    """\n    A.\n    """\n    def f(x): return x.receipt\n\n'
                'class B:\n    """\n    B.\n    """\n    def f(x): return x.receipts'
            ),
            'A = """\nb\n"""\ndef f(x): return x.receipt',
        ],
    )
    def test_are_ways_back_where_the_name_can_mean_nothing_else(
        self, project: TinyProject, body: str
    ) -> None:
        assert found_in(project, f"{body}\n") == [RECEIPT]

    @pytest.mark.parametrize(
        "body",
        [
            "def f(x): return x.receipt()",
            "def f(x): return x.receipts",
            "def f(seat): return seat.receipt",
            "class Printer:\n    def f(self): return self.receipt",
            "def f(x): '''x.receipt'''  # x.receipt",
        ],
    )
    def test_are_not_seen_where_there_is_none(self, project: TinyProject, body: str) -> None:
        assert found_in(project, f"{body}\n") == []
        assert "reverse" not in project.links()[1]

    @pytest.mark.parametrize(
        "other",
        [
            "class Printer:\n    @property\n    def receipt(self): ...",
            "class Printer:\n    receipt: str",
            "class Printer:\n    receipt = None",
            "class Printer:\n    def __init__(self): self.receipt = 1",
            "class Printer:\n    def __init__(self): self.receipt: int = 1",
            "def f(found): return found.annotate(lines=1, receipt=2)",
            "Printer = namedtuple('Printer', 'paper receipt')",
        ],
    )
    def test_count_as_unresolved_where_something_else_is_called_so(
        self, project: TinyProject, other: str
    ) -> None:
        project.write({"shop/printing.py": f"{other}\n"})

        found = found_in(project, "def f(x, booking): return x.receipt.total, booking.receipt.total\n")

        assert found == [RECEIPT]  # of the booking, which is told
        assert project.links()[1]["reverse"] == 1

    def test_of_two_models_are_unresolved(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/people/models.py": (
                    "from django.db import models\nclass Person(models.Model): ...\n"
                    "class Letter(models.Model):\n"
                    "    to = models.OneToOneField(Person, models.CASCADE, related_name='receipt')\n"
                )
            }
        )

        assert found_in(project, "def f(x): return x.receipt\n") == []
        assert project.links()[1]["reverse"] == 1
