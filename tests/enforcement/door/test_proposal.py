"""Does a proposed door offer what the others do today, and does it answer?"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.enforcement.conftest import TinyProject

PAYMENTS = """\
from django.db import models

class Payment(models.Model):
    booking = models.ForeignKey("bookings.Booking", on_delete=models.CASCADE)
    amount = models.DecimalField(max_digits=9, decimal_places=2)
    state = models.CharField(max_length=9)
    paid_at = models.DateTimeField(null=True)

    def is_paid(self):
        return self.state == "paid"
"""
SERVICES = """\
from shop.payments.models import Payment

def settle(payment_id: int, by: str) -> None:
    Payment.objects.filter(pk=payment_id).update(state="paid")
"""
BOOKINGS = """\
from django.db import models

class Booking(models.Model):
    reference = models.CharField(max_length=9)
"""
VIEWS = """\
from django.shortcuts import get_object_or_404

from shop.payments.models import Payment
from shop.payments.services import settle


def overview(bookings):
    rows = []
    for booking in bookings:
        payment = Payment.objects.get(booking=booking)
        rows.append((payment.amount, payment.paid_at, payment.is_paid()))
    return rows


def detail(pk):
    payment = get_object_or_404(Payment, pk=pk)
    return payment.state


def book(booking, amount):
    if Payment.objects.filter(booking_id=booking.pk, state="paid").exists():
        return None
    return Payment.objects.create(booking=booking, amount=amount, state="new")


def give_up(pk):
    payment = Payment.objects.get(pk=pk)
    payment.state = "void"
    payment.save()


def pay(pk):
    settle(pk, by="card")


class PaidFilter:
    model = Payment
"""
SETTINGS = """\
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["shop.bookings", "shop.payments"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
import django
django.setup()
from django.db import connection
from shop.bookings.models import Booking as BookingRecord
from shop.payments.models import Payment as PaymentRecord
with connection.schema_editor() as editor:
    editor.create_model(BookingRecord)
    editor.create_model(PaymentRecord)
booking = BookingRecord.objects.create(reference="A1")
"""


OPERATIONS = [
    "create_payment",
    "has_payment_by_booking_id_and_state",
    "payments",
    "payments_by_booking_id",
    "settle",
    "update_payments_by_payment_id",
]


@pytest.fixture
def shop(project: TinyProject) -> TinyProject:
    return project.write(
        {
            "shop/payments/models.py": PAYMENTS,
            "shop/payments/services.py": SERVICES,
            "shop/bookings/models.py": BOOKINGS,
            "shop/bookings/views.py": VIEWS,
        }
    )


def operations(run):
    return {
        item["name"]: item
        for item in json.loads(run("facade", "payments", "--propose", "--json")[1])["operations"]
    }


class TestOperations:
    def test_are_what_callers_do(self, shop, run):
        found = operations(run)

        assert {name: (item["kind"], item["parameters"], item["returns"]) for name, item in found.items()} == {
            "payments_by_booking_id": ("query", {"booking_ids": "Sequence[int]"}, "dict[int, Payment]"),
            "payments": ("query", {"payment_ids": "Sequence[int]"}, "dict[int, Payment]"),
            "has_payment_by_booking_id_and_state": ("query", {"booking_id": "int", "state": "str"}, "bool"),
            "create_payment": ("command", {"booking_id": "int", "amount": "Decimal", "state": "str"}, "Payment"),
            "update_payments_by_payment_id": ("command", {"payment_id": "int", "state": "str"}, "int"),
            "settle": ("command", {"payment_id": "int", "by": "str"}, "None"),
        }  # fmt: skip

    def test_take_many_at_once_where_callers_loop(self, shop, run):
        found = operations(run)

        assert [name for name, item in found.items() if item["in_loop"]] == ["payments_by_booking_id"]

    def test_name_the_places_to_change(self, shop, run):
        assert operations(run)["payments_by_booking_id"]["sites"] == [
            {"path": "shop/bookings/views.py", "line": 10, "context": "bookings", "scope": "overview"}
        ]

    def test_see_models_that_are_loaded_by_name_and_read_through_relations(self, shop, run):
        shop.write(
            {
                "shop/bookings/views.py": (
                    "from django.apps import apps\n"
                    'Payment = apps.get_model("payments", "Payment")\n'
                    "def last(): return Payment.objects.count()\n"
                ),
                "shop/bookings/models.py": (
                    f'{BOOKINGS}    payment = models.ForeignKey("payments.Payment", on_delete=models.CASCADE)\n'
                    "    def state(self): return self.payment.state\n"
                ),
            }
        )

        assert set(operations(run)) == {"count_payments", "payments"}


class TestText:
    def test_says_what_is_left_to_decide(self, shop, run):
        said = run("facade", "payments", "--propose")[1]

        assert "payments: 7 places use its inside (bookings 7)." in said
        assert "Payment: callers also use is_paid: no columns" in said
        assert "Payment: shop/bookings/views.py:37" in said

    def test_says_so_where_nobody_needs_anything(self, project, run):
        assert run("facade", "payments", "--propose") == (
            0,
            "payments: 0 places use its inside (none).\n",
            "",
        )


class TestWriting:
    @pytest.fixture
    def written(self, shop, run) -> TinyProject:
        code, out, _ = run("facade", "payments", "--propose", "--write")
        assert code == 0
        assert 'facade = "shop.payments.public:Payments"' in out
        return shop

    def test_gives_code_that_linters_take(self, written):
        for arguments in (
            ["check", "--isolated", "--select", "E,F,I,UP"],
            ["format", "--check", "--isolated"],
        ):
            command = [
                sys.executable,
                "-m",
                "ruff",
                *arguments,
                "shop/payments/public",
                "shop/payments/local.py",
            ]
            done = subprocess.run(command, cwd=written.folder, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout

    def test_gives_operations_that_answer_from_the_tables(self, written):
        done = execute(
            written,
            """
from decimal import Decimal
from shop.payments.local import LocalPayments
from shop.payments.public import Payments
local = LocalPayments()
made = local.create_payment(booking_id=booking.pk, amount=Decimal(3), state="new")
print(made.amount, local.payments(payment_ids=[made.id, 99]).keys())
print(local.has_payment_by_booking_id_and_state(booking_id=booking.pk, state="paid"))
local.settle(payment_id=made.id, by="card")
print(local.payments_by_booking_id(booking_ids=[booking.pk])[booking.pk].state)
print(local.update_payments_by_payment_id(payment_id=made.id, state="void"), sorted(Payments.operations))
""",
        )

        assert done.stdout.splitlines() == [
            "3 dict_keys([1])",
            "False",
            "paid",
            f"1 {OPERATIONS}",
        ]

    def test_never_writes_over_a_door(self, written, run):
        (written.folder / "shop/payments/public/facade.py").write_text("# ours\n")
        code, _, err = run("facade", "payments", "--propose", "--write")

        assert code == 2
        assert err.startswith("BD248: shop/payments/public/__init__.py exists already")
        assert (written.folder / "shop/payments/public/facade.py").read_text() == "# ours\n"

    def test_leaves_callers_with_nothing_to_ask_for_but_the_door(self, written, run):
        written.write({"shop/bookings/views.py": "from shop.payments.public import Payments\n"})

        assert operations(run) == {}


def execute(project, code):
    done = subprocess.run(
        [sys.executable, "-c", SETTINGS + code],
        cwd=project.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done
