"""Does each rule fire on a tiny project that breaks it, and stay silent on one that does not?"""

from __future__ import annotations

import pytest

from boundaries.enforcement.rules import RULES
from tests.enforcement.conftest import TWO_CONTEXTS, TinyProject

FOREIGN_KEY = """\
from django.db import models

class Booking(models.Model):
    payment = models.ForeignKey("payments.Payment", on_delete=models.CASCADE{extra})
"""
PAYMENT = """\
from django.db import models

class Payment(models.Model):
    class Meta:
        abstract = False
"""
DOOR = "class Payments:\n    pass\n"


def declared(**calls: str) -> str:
    """The map of two contexts with further lines under each."""
    text = TWO_CONTEXTS
    for name, lines in calls.items():
        text = text.replace(f"[contexts.{name}]", f"[contexts.{name}]\n{lines}")
    return text


class TestUndeclaredDependency:
    @pytest.fixture(autouse=True)
    def with_the_linter(self, project: TinyProject) -> None:
        project.use_linter = True

    def test_BD201_fires_on_a_door_that_is_not_in_calls(self, project: TinyProject) -> None:
        project.write(
            {"shop/payments/public.py": DOOR, "shop/bookings/a.py": "from shop.payments import public\n"}
        )

        assert project.map(declared(bookings="calls = []")).codes() == ["BD201"]

    def test_BD201_is_silent_on_declared_calls_and_events(self, project: TinyProject) -> None:
        project.write(
            {"shop/payments/public.py": DOOR, "shop/bookings/a.py": "from shop.payments import public\n"}
        )

        assert project.map(declared(bookings='calls = ["payments"]')).codes() == []
        assert project.map(declared(bookings='calls = []\nlistens_to = ["payments"]')).codes() == []

    def test_BD201_is_silent_without_calls(self, project: TinyProject) -> None:
        project.write(
            {"shop/payments/public.py": DOOR, "shop/bookings/a.py": "from shop.payments import public\n"}
        )

        coupling = project.graph().couplings[0]

        assert (coupling.allowed, coupling.rule) == (True, None)

    def test_BD201_fires_on_a_kernel_that_uses_a_context(self, project: TinyProject) -> None:
        project.write(
            {"shop/payments/public.py": DOOR, "shop/bookings/a.py": "from shop.payments import public\n"}
        )

        assert project.map(declared(bookings="shared = true")).codes() == ["BD201"]


class TestForeignInternals:
    @pytest.fixture(autouse=True)
    def with_the_linter(self, project: TinyProject) -> None:
        project.use_linter = True

    def test_BD202_fires_behind_the_door(self, project: TinyProject) -> None:
        project.write({"shop/bookings/a.py": "from shop.payments.models import Payment\n"})

        assert project.codes() == ["BD202"]
        assert project.map(declared(bookings='calls = ["payments"]')).codes() == ["BD202"]

    def test_BD202_is_silent_inside_the_door_and_inside_the_context(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/public/values.py": "Amount = int\n",
                "shop/payments/local.py": "from shop.payments.models import models\n",
                "shop/bookings/a.py": "from shop.payments.public.values import Amount\n",
            }
        )

        assert project.codes() == []

    def test_BD202_is_silent_on_the_module_of_the_facade(self, project: TinyProject) -> None:
        project.write(
            {"shop/payments/api.py": DOOR, "shop/bookings/a.py": "from shop.payments.api import Payments\n"}
        )
        assert project.codes() == ["BD202"]

        assert project.map(declared(payments='facade = "shop.payments.api:Payments"')).codes() == []

    def test_BD202_is_silent_on_a_shared_context(self, project: TinyProject) -> None:
        project.write({"shop/bookings/a.py": "from shop.payments.models import Payment\n"})

        assert project.map(declared(payments="shared = true")).codes() == []


class TestRelations:
    def test_BD203_fires_on_a_relation_without_a_constraint(self, project: TinyProject) -> None:
        project.write({"shop/bookings/models.py": FOREIGN_KEY.format(extra=", db_constraint=False")})

        assert project.codes() == ["BD203"]

    def test_BD204_fires_on_a_foreign_key(self, project: TinyProject) -> None:
        project.write({"shop/bookings/models.py": FOREIGN_KEY.format(extra="")})

        assert project.codes() == ["BD204"]

    def test_BD203_and_BD204_are_silent_on_a_reference(self, project: TinyProject) -> None:
        text = FOREIGN_KEY.format(extra="").replace("models.ForeignKey", "Reference")
        for origin in ("boundaries", "boundaries.facades.reference"):
            project.write({"shop/bookings/models.py": f"from {origin} import Reference\n{text}"})

            assert project.graph().couplings == ()

    def test_BD203_and_BD204_are_silent_inside_a_context(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENT,
                "shop/payments/more/models.py": FOREIGN_KEY.format(extra=""),
            }
        )

        assert project.codes() == []


class TestCycles:
    FILES = {
        "shop/payments/public.py": DOOR,
        "shop/bookings/public.py": DOOR,
        "shop/bookings/a.py": "from shop.payments.public import Payments\n",
        "shop/payments/a.py": "from shop.bookings.public import Payments\n",
    }

    def test_BD205_fires_on_contexts_that_call_each_other(self, project: TinyProject) -> None:
        project.write(self.FILES).map(
            declared(bookings='calls = ["payments"]', payments='calls = ["bookings"]')
        )

        [violation] = project.check().new

        assert violation.rule == "BD205"
        assert (violation.path, violation.line) == ("boundaries.toml", 1)
        assert violation.target == "bookings -> payments -> bookings"

    def test_BD205_is_silent_when_one_direction_only_listens(self, project: TinyProject) -> None:
        listening = 'calls = []\nlistens_to = ["bookings"]'
        project.write(self.FILES).map(declared(bookings='calls = ["payments"]', payments=listening))

        assert project.codes() == []

    def test_BD205_does_not_repeat_what_another_rule_reports(self, project: TinyProject) -> None:
        project.write(self.FILES).map(declared(bookings='calls = ["payments"]', payments="calls = []"))

        assert project.codes() == ["BD201"]


class TestLeakingDoors:
    def test_BD206_fires_on_models_querysets_and_requests_in_a_door(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENT,
                "shop/payments/public.py": (
                    "from django.db.models import QuerySet\n"
                    "from django.http import HttpRequest\n"
                    "from .models import Payment\n"
                    "def all() -> 'QuerySet[Payment]': ...\n"
                    "def of(request: HttpRequest | None) -> int: ...\n"
                ),
            }
        )

        found = {(v.line, v.target) for v in project.check().new if v.rule == "BD206"}

        assert found == {
            (3, "payments.Payment"),
            (4, "django.db.models.QuerySet"),
            (5, "django.http.HttpRequest"),
        }

    def test_BD206_is_silent_on_what_a_comment_excuses(self, project: TinyProject) -> None:
        line = "from .models import Payment  # boundaries: allow BD206 -- the admin needs it until ticket 9\n"
        project.write({"shop/payments/models.py": PAYMENT, "shop/payments/public.py": line})

        assert project.codes() == []

    def test_BD206_is_silent_on_values_and_on_what_is_private(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENT,
                "shop/payments/public.py": (
                    "from uuid import UUID\n"
                    "from django.db.models import QuerySet\n"
                    "def find(*, id: UUID) -> dict[UUID, int]:\n"
                    "    from .models import Payment\n"
                    "def _all() -> QuerySet: ...\n"
                ),
                "shop/payments/local.py": "from .models import Payment\ndef all() -> Payment: ...\n",
            }
        )

        assert project.codes() == []


class TestOwners:
    def test_BD207_counts_a_context_without_owner_among_owned_ones(self, project: TinyProject) -> None:
        result = project.map(declared(payments='owner = "Money team"')).check()

        assert [(c.rule, c.source_context) for c in result.counted] == [("BD207", "bookings")]
        assert result.is_clean

    def test_BD207_is_silent_when_nobody_is_named_or_all_are(self, project: TinyProject) -> None:
        assert project.check().counted == ()
        assert project.map(declared(payments='owner = "A"', bookings='owner = "B"')).check().counted == ()


class TestInheritance:
    def test_BD208_fires_on_a_foreign_base(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENT,
                "shop/bookings/models.py": (
                    "import shop.payments.models as money\nclass Deposit(money.Payment):\n    pass\n"
                ),
            }
        )

        assert project.codes() == ["BD202", "BD208"]

    def test_BD208_is_silent_on_a_shared_base(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENT,
                "shop/bookings/models.py": (
                    "import shop.payments.models as money\nclass Deposit(money.Payment):\n    pass\n"
                ),
            }
        )

        assert project.map(declared(payments="shared = true")).codes() == []


class TestModelsByName:
    def test_BD209_fires_on_get_model(self, project: TinyProject) -> None:
        text = "from django.apps import apps\ndef pay():\n    return apps.get_model('payments', 'Payment')\n"
        project.write({"shop/payments/models.py": PAYMENT, "shop/bookings/a.py": text})

        assert project.codes() == ["BD209"]

    def test_BD209_is_silent_on_models_of_the_same_context(self, project: TinyProject) -> None:
        text = "from django.apps import apps\ndef pay():\n    return apps.get_model('payments', 'Payment')\n"
        project.write({"shop/payments/models.py": PAYMENT, "shop/payments/a.py": text})

        assert project.codes() == []


class TestLookups:
    def test_BD210_fires_on_a_path_into_another_context(self, project: TinyProject) -> None:
        text = "from .models import Booking\nfound = Booking.objects.filter(payment__state='x')\n"
        project.write(
            {"shop/payments/models.py": PAYMENT, "shop/bookings/models.py": FOREIGN_KEY.format(extra="")}
        )

        assert project.write({"shop/bookings/a.py": text}).codes() == ["BD210", "BD204"]

    def test_BD210_is_silent_on_the_column_and_on_a_reference(self, project: TinyProject) -> None:
        text = "from .models import Booking\nfound = Booking.objects.filter(payment=1, payment_id__in=[1])\n"
        key = FOREIGN_KEY.format(extra="")
        project.write({"shop/payments/models.py": PAYMENT, "shop/bookings/models.py": key})
        assert project.write({"shop/bookings/a.py": text}).codes() == ["BD204"]

        reference = key.replace("models.ForeignKey", "Reference")
        project.write({"shop/bookings/models.py": f"from boundaries import Reference\n{reference}"})
        assert project.codes() == []


class TestRawSQL:
    def test_BD212_fires_on_a_foreign_table(self, project: TinyProject) -> None:
        text = "def total(cursor):\n    cursor.execute('SELECT sum(amount) FROM \"payments_payment\" p')\n"
        project.write({"shop/payments/models.py": PAYMENT, "shop/bookings/a.py": text})

        assert project.codes() == ["BD212"]

    def test_BD212_is_silent_on_other_tables_and_mere_words(self, project: TinyProject) -> None:
        text = "def total(cursor):\n    cursor.execute('SELECT payments_payment FROM bookings_booking')\n"
        project.write({"shop/payments/models.py": PAYMENT, "shop/bookings/a.py": text})

        assert project.codes() == []


class TestSenders:
    TEXT = (
        "from django.db.models.signals import post_save\n"
        "from django.dispatch import receiver\n"
        "@receiver(post_save, sender='payments.Payment')\n"
        "def on_payment(sender, **kwargs): ...\n"
    )

    def test_BD213_fires_on_a_foreign_sender(self, project: TinyProject) -> None:
        project.write({"shop/payments/models.py": PAYMENT, "shop/bookings/a.py": self.TEXT})

        assert project.codes() == ["BD213"]

    def test_BD213_is_silent_on_a_sender_of_the_same_context(self, project: TinyProject) -> None:
        project.write({"shop/payments/models.py": PAYMENT, "shop/payments/a.py": self.TEXT})

        assert project.codes() == []


class TestMigrations:
    TEXT = (
        "class Migration:\n    dependencies = [('payments', '0001_initial'), ('bookings', '0001_initial')]\n"
    )

    def test_BD215_counts_a_foreign_dependency_without_failing(self, project: TinyProject) -> None:
        project.write(
            {"shop/payments/models.py": PAYMENT, "shop/bookings/migrations/0002_more.py": self.TEXT}
        )

        result = project.check()

        assert result.is_clean
        assert [(c.rule, c.kind, c.target) for c in result.counted] == [
            ("BD215", "migration", "payments.0001_initial")
        ]

    def test_BD215_is_silent_inside_a_context(self, project: TinyProject) -> None:
        text = self.TEXT.replace("('payments', '0001_initial'), ", "")
        project.write({"shop/bookings/migrations/0002_more.py": text})

        assert project.check().counted == ()


class TestOpenContexts:
    def test_count_and_do_not_fail(self, project: TinyProject) -> None:
        project.write({"shop/bookings/models.py": FOREIGN_KEY.format(extra="")})

        result = project.map(declared(bookings='mode = "open"')).check()

        assert result.is_clean
        assert [c.rule for c in result.counted] == ["BD204"]


def test_every_rule_has_a_code_of_its_own_and_says_why_and_how() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.code.startswith("BD2")
        assert rule.why
        assert rule.fix
        assert rule.remedy
