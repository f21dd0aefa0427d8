"""Does a foreign key become a reference only where everything that used it goes on?"""

from __future__ import annotations

import sqlite3
import textwrap

import pytest

from boundaries.strangler.codemod.run import Fix
from tests.strangler.codemod.conftest import Project

pytest.importorskip("libcst", reason="the extra `fix` is not installed")

SHOP = {
    "shop/payments/models.py": """\
import uuid

from django.db import models


class Payment(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    amount = models.IntegerField(default=0)


class Card(models.Model):
    number = models.CharField(max_length=20, unique=True)
""",
    "shop/bookings/models.py": '''\
"""What was booked."""

from django.db import models

from shop.payments.models import Card, Payment


class Booking(models.Model):
    payment = models.ForeignKey(
        Payment,
        on_delete=models.PROTECT,  # money stays
        null=True,
        related_name="bookings",
    )
    deposit = models.OneToOneField("payments.Payment", models.CASCADE, null=True, db_column="paid_first", related_name="+")
    card = models.ForeignKey(Card, models.SET_NULL, null=True, to_field='number')
    name = models.CharField(max_length=10)

    class Meta:
        unique_together = (("payment", "name"),)

    @property
    def paid_by(self):
        return self.payment.pk if self.payment is not None else None
''',
    "shop/bookings/services.py": """\
from shop.bookings.models import Booking


def paid_with(keys):
    found = Booking.objects.select_related("payment").filter(payment__pk__in=keys)
    return [booking.payment.id for booking in found.order_by("-payment__id")]


def book(payment):
    return Booking.objects.create(payment=payment, name="new")


def of_payment(payment):
    return Booking.objects.filter(payment=payment)
""",
    "shop/bookings/tests.py": """\
from django.test import TestCase

from shop.bookings import services
from shop.bookings.models import Booking
from shop.payments.models import Payment


class BookingTests(TestCase):
    def test_is_found_by_its_payment(self):
        payment: Payment = Payment.objects.create()
        booking = services.book(payment)
        self.assertEqual(services.paid_with([payment.pk]), [payment.pk])
        self.assertEqual(booking.paid_by, payment.pk)
        self.assertEqual(services.of_payment(payment).get(), booking)
        self.assertEqual(payment.bookings.count(), 1)
        self.assertIsNone(Booking.objects.create(name="free").paid_by)
""",
}


def of_booking(project: Project, field: str, uses: str = "", **files: str) -> Fix:
    """The fix for one field of a model in bookings."""
    model = f"class Booking(models.Model):\n    {field}\n"
    head = "from django.db import models\n\n\n"
    project.write({"shop/bookings/models.py": head + model + textwrap.dedent(uses), **files})
    return project.fix("BD204")


class TestAProject:
    def test_goes_on_as_before(self, project: Project, run):
        project.write(SHOP)
        project.manage("makemigrations", "payments", "bookings")
        project.manage("migrate")
        project.manage("test")
        code, out, _ = run("BD204", "--write")

        assert code == 0, out
        assert "3 rewrites in 3 files (written); 0 by hand." in out
        assert "shop/bookings/migrations/0002_references.py: written" in out
        project.manage("check")
        project.manage("makemigrations", "--check")
        project.manage("migrate")
        project.manage("test")
        assert keys_of(project) == []
        project.manage("migrate", "bookings", "0001")
        assert keys_of(project) == ["payments_card", "payments_payment", "payments_payment"]
        assert run("BD204")[:2] == (0, "0 rewrites in 0 files; 0 by hand.\n")

    def test_keeps_its_formatting(self, project: Project):
        project.write(SHOP).written("BD204")

        assert project.read("shop/bookings/models.py").startswith('''\
"""What was booked."""

from boundaries import Reference
from django.db import models


class Booking(models.Model):
    payment = Reference(
        "payments.Payment",
        on_delete=models.PROTECT,  # money stays
        null=True,
        to_type=models.UUIDField(),
    )
    deposit = Reference("payments.Payment", models.CASCADE, null=True, db_column="paid_first", unique=True, to_type=models.UUIDField())
    card = Reference("payments.Card", models.SET_NULL, null=True, to_field='number', to_type=models.CharField(max_length=20))
''')
        assert "filter(payment_id__in=keys)\n    return [booking.payment_id for" in project.read(
            "shop/bookings/services.py"
        )
        assert 'order_by("-payment_id")' in project.read("shop/bookings/services.py")
        assert "Booking.objects.filter(payment_id=payment.pk).count()" in project.read(
            "shop/bookings/tests.py"
        )

    def test_with_windows_line_ends_and_a_byte_order_mark_keeps_them(self, project: Project):
        text = "from django.db import models\n\n\nclass Booking(models.Model):\n    payment = models.ForeignKey('payments.Payment', models.CASCADE)\n"
        project.write({"shop/bookings/models.py": "\ufeff" + text.replace("\n", "\r\n")}).written("BD204")

        assert project.read("shop/bookings/models.py") == (
            "\ufefffrom boundaries import Reference\r\nfrom django.db import models\r\n\r\n\r\n"
            "class Booking(models.Model):\r\n    payment = Reference('payments.Payment', models.CASCADE)\r\n"
        )


def keys_of(project: Project) -> list[str]:
    with sqlite3.connect(project.folder / "shop.sqlite3") as connection:
        return sorted(row[2] for row in connection.execute("PRAGMA foreign_key_list(bookings_booking)"))


FOREIGN_KEY = 'payment = models.ForeignKey("payments.Payment", models.CASCADE)'


class TestAFollowedField:
    @pytest.mark.parametrize(
        ("place", "files"),
        {
            "an attribute": {"a.py": "def amount(booking: Booking):\n    return booking.payment.amount\n"},
            "an unknown object": {"a.py": "def amount(thing):\n    return thing.payment.amount\n"},
            "a truth": {"a.py": "def is_paid(booking: Booking):\n    return bool(booking.payment)\n"},
            "a lookup": {"a.py": "found = Booking.objects.filter(payment__amount=3)\n"},
            "an update": {"a.py": "def pay(payment):\n    Booking.objects.update(payment=payment)\n"},
            "a name of a key": {"a.py": "found = Booking.objects.values('payment__id')\n"},
            "a value": {"a.py": "found = Booking.objects.values('payment__amount')\n"},
            "an order": {"a.py": "found = Booking.objects.order_by('payment')\n"},
            "a prefetch": {"a.py": "found = Booking.objects.prefetch_related('payment')\n"},
            "the way back": {"a.py": "def of(payment: Payment):\n    return payment.booking_set.create()\n"},
            "a lookup back": {"a.py": "found = Payment.objects.filter(booking__id=3)\n"},
            "a getattr": {"a.py": "def amount(booking):\n    return getattr(booking, 'payment')\n"},
            "an inline": {"a.py": "class Bookings(admin.TabularInline):\n    model = Booking\n"},
            "an admin column": {"a.py": "class Bookings(admin.ModelAdmin):\n    model = Booking\n    list_display = ['payment']\n"},
            "a serializer": {"a.py": "class Shown(ModelSerializer):\n    payment = Nested()\n    class Meta:\n        model = Booking\n"},
            "a template": {"templates/a.html": "{{ booking.payment.amount }}\n"},
            "a template's way back": {"templates/a.html": "{% for b in payment.booking_set.all %}{{ b }}{% endfor %}\n"},
            "an unknown object's way back": {"a.py": "def of(thing):\n    return thing.booking_set.all()\n"},
            "a test": {"tests.py": "def test_amount(booking):\n    assert booking.payment.amount\n"},
        }.items(),
    )  # fmt: skip
    def test_stays_and_the_place_is_named(self, project: Project, place, files):
        head = "from shop.bookings.models import Booking\nfrom shop.payments.models import Payment\nfrom django.contrib import admin\n"
        files = {
            f"shop/bookings/{name}": (head if name.endswith(".py") else "") + text
            for name, text in files.items()
        }
        fix = of_booking(project, FOREIGN_KEY, **files)

        assert fix.rewrites == []
        [field, *places] = sorted(fix.by_hand, key=lambda item: item.path != "shop/bookings/models.py")
        assert field.what == "bookings.Booking.payment: 1 place may follow it to payments.Payment"
        assert [item.path for item in places] == list(files)

    def test_can_be_rewritten_all_the_same(self, project: Project):
        of_booking(project, FOREIGN_KEY, "def amount(booking: Booking):\n    return booking.payment.amount\n")
        fix = project.written("BD204", with_uses=True)

        assert 'payment = Reference("payments.Payment", models.CASCADE)' in project.read(
            "shop/bookings/models.py"
        )
        [use] = fix.by_hand
        assert (use.line, use.what) == (7, "follows payment: booking.payment.amount")


class TestWhatIsNotFollowed:
    @pytest.mark.parametrize(
        "uses",
        [
            "def move(booking, payment):\n    booking.payment = payment\n",
            "def book(payment):\n    return Booking(payment=payment)\n",
            "found = Booking.objects.filter(payment__in=[1], payment__isnull=False).values('payment')\n",
            "import stripe\n\n\ndef pay():\n    return stripe.payment.create()\n",
            "class Form:\n    def pay(self):\n        return self.payment.amount\n",
            "def move(payment):\n    Booking.objects.update(payment=payment.pk)\n    Booking.objects.update(payment=None)\n",
            "def view(request):\n    return request.payment.amount\n",
            "def send(order):\n    return order.payment_id, order.payment_amount\n",
        ],
    )
    def test_does_not_hinder(self, project: Project, uses):
        assert len(of_booking(project, FOREIGN_KEY, f"\n\n{uses}").rewrites) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    {
        "[b.payment.pk for b in Booking.objects.all()]": "[b.payment_id for b in Booking.objects.all()]",
        "Booking.objects.get(pk=1).payment.id": "Booking.objects.get(pk=1).payment_id",
        "Booking.objects.select_related('payment', 'trip')": "Booking.objects.select_related('trip')",
        "Booking.objects.select_related('trip', 'payment')": "Booking.objects.select_related('trip')",
        "Booking.objects.all().select_related(\n    'payment',\n).count()": "Booking.objects.all().count()",
    }.items(),
)
def test_what_only_reads_the_key_goes_on_by_the_column(project: Project, before: str, after: str):
    text = "from shop.bookings.models import Booking\n\nfound = {}\n"
    fix = of_booking(project, FOREIGN_KEY, **{"shop/bookings/views.py": text.format(before)})

    assert fix.by_hand == []
    assert fix.after["shop/bookings/views.py"].decode() == text.format(after)


def test_forms_of_the_model_are_named(project: Project):
    form = "class BookingForm(forms.ModelForm):\n    class Meta:\n        model = Booking\n        fields = ['payment']\n"
    text = f"from django import forms\nfrom shop.bookings.models import Booking\n\n\n{form}"
    fix = of_booking(project, FOREIGN_KEY, **{"shop/bookings/forms.py": text})

    assert "shop.bookings.forms.BookingForm: payment becomes an input for the identity." in fix.notes


class TestADeclaration:
    @pytest.mark.parametrize(
        ("field", "reason"),
        {
            "payment = models.ForeignKey('payments.Payment', models.SET_DEFAULT, default=1)": "on_delete=SET_DEFAULT",
            "payment = models.ForeignKey('payments.Payment', models.CASCADE, limit_choices_to={'amount': 1})": "limit_choices_to",
            "payment = models.OneToOneField('payments.Payment', models.CASCADE, primary_key=True)": "primary_key",
            "payment = models.ForeignKey('payments.Payment', **OPTIONS)": "not all written out",
            "payments = models.ManyToManyField('payments.Payment')": "many to many",
            "payment = TreeForeignKey('payments.Payment', models.CASCADE)": "not Django's own",
        }.items(),
    )  # fmt: skip
    def test_that_is_not_understood_is_left(self, project: Project, field, reason):
        fix = of_booking(project, field)

        assert fix.rewrites == []
        [left] = fix.by_hand
        assert reason in left.what
        assert left.suggestion

    def test_in_an_abstract_base_of_one_model_is_rewritten(self, project: Project):
        base = "\n    class Meta:\n        abstract = True\n\n    def key(self):\n        return self.payment.pk\n"
        fix = of_booking(project, FOREIGN_KEY, f"{base}\n\nclass Trip(Booking):\n    pass\n")

        [rewrite] = fix.rewrites
        assert rewrite.fields == (("bookings", "Trip", "payment"),)
        assert b"return self.payment_id\n" in fix.after["shop/bookings/models.py"]

    def test_in_an_abstract_base_is_rewritten_for_all_its_models(self, project: Project):
        base = "\n    class Meta:\n        abstract = True\n\n\nclass Trip(Booking):\n    pass\n\n\nclass Stay(Booking):\n    pass\n"
        fix = of_booking(project, FOREIGN_KEY, base)

        [rewrite] = fix.rewrites
        assert rewrite.fields == (("bookings", "Trip", "payment"), ("bookings", "Stay", "payment"))

    def test_in_an_abstract_base_of_the_targets_context_too_is_left(self, project: Project):
        base = "\n    class Meta:\n        abstract = True\n\n\nclass Trip(Booking):\n    pass\n"
        refund = "from shop.bookings.models import Booking\n\n\nclass Refund(Booking):\n    pass\n"
        fix = of_booking(project, FOREIGN_KEY, base, **{"shop/payments/refund.py": refund})

        assert fix.rewrites == []
        assert "Booking declares it for models of payments too" in fix.by_hand[0].what

    def test_whose_targets_app_cannot_be_read_is_left(self, project: Project):
        project.write(
            {
                "config/settings.py": "",
                "boundaries.toml": project.read("boundaries.toml").replace("config", "nowhere"),
            }
        )
        [left] = of_booking(project, FOREIGN_KEY).by_hand

        assert "does not tell the type" in left.what

    def test_gets_the_type_that_the_targets_app_says(self, project: Project):
        apps = "from django.apps import AppConfig\n\n\nclass Base(AppConfig):\n    default_auto_field = 'django.db.models.AutoField'\n"
        apps += "\n\nclass PaymentsConfig(Base):\n    name = 'shop.payments'\n"
        of_booking(project, FOREIGN_KEY, **{"shop/payments/apps.py": apps}).write()

        assert "to_type=models.IntegerField()" in project.read("shop/bookings/models.py")

    def test_whose_targets_key_another_package_declares_is_left(self, project: Project):
        payment = "from uuids.models import UUIDModel\n\n\nclass Payment(UUIDModel):\n    pass\n"
        [left] = of_booking(project, FOREIGN_KEY, **{"shop/payments/models.py": payment}).by_hand

        assert "does not tell the type" in left.what

    @pytest.mark.parametrize(
        ("key", "to_type"),
        {
            "id = models.AutoField(primary_key=True)": ", to_type=models.IntegerField()",
            "id = models.BigAutoField(primary_key=True)": "",
            "code = models.CharField(primary_key=True, max_length=7)": ", to_type=models.CharField(max_length=7)",
            "amount = models.IntegerField()": "",
        }.items(),
    )  # fmt: skip
    def test_gets_the_type_of_its_target(self, project: Project, key, to_type):
        payment = f"from django.db import models\n\n\nclass Payment(models.Model):\n    {key}\n"
        of_booking(project, FOREIGN_KEY, **{"shop/payments/models.py": payment}).write()

        expected = f'payment = Reference("payments.Payment", models.CASCADE{to_type})\n'
        assert expected in project.read("shop/bookings/models.py")
