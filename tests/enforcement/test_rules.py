"""What do single rules say beyond their examples, and where do they leave the word to another?"""

from __future__ import annotations

import pytest

from tests.enforcement.conftest import TWO_CONTEXTS, TinyProject

PAYMENT = "from django.db import models\nclass Payment(models.Model):\n    pass\n"
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


class TestOwners:
    def test_BD207_counts_a_context_without_owner_among_owned_ones(self, project: TinyProject) -> None:
        result = project.map(declared(payments='owner = "Money team"')).check()

        assert [(c.rule, c.source_context) for c in result.counted] == [("BD207", "bookings")]
        assert result.is_clean


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
