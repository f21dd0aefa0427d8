"""Does an import go through the door only where the very same thing lies there?"""

from __future__ import annotations

import pytest

from tests.strangler.codemod.conftest import Project

pytest.importorskip("libcst", reason="the extra `fix` is not installed")

DOOR = {
    "shop/payments/public/__init__.py": """\
from dataclasses import dataclass

from shop.payments.money import Money, currency_of


@dataclass(frozen=True)
class Payment:
    amount: int


class PaymentRefused(Exception):
    pass
""",
    "shop/payments/money.py": """\
from shop.payments.public import PaymentRefused


class Money:
    pass


def currency_of(money):
    return "EUR"


def rounded(money):
    return money
""",
    "shop/payments/services.py": "from shop.payments.public import PaymentRefused\n",
}


@pytest.mark.parametrize(
    ("before", "after"),
    {
        "from shop.payments.money import Money\n": "from shop.payments.public import Money\n",
        "from shop.payments.money import (\n    Money as M,  # cash\n    currency_of,\n)\n":
            "from shop.payments.public import (\n    Money as M,  # cash\n    currency_of,\n)\n",
        "from ..payments.money import Money\n": "from shop.payments.public import Money\n",
        "from shop.payments.services import PaymentRefused\n": "from shop.payments.public import PaymentRefused\n",
        "def pay():\n    from shop.payments.money import Money\n": "def pay():\n    from shop.payments.public import Money\n",
    }.items(),
)  # fmt: skip
def test_goes_through_the_door(project: Project, before: str, after: str):
    project.write({**DOOR, "shop/bookings/views.py": before})
    fix = project.written("BD202")

    assert fix.by_hand == []
    assert project.read("shop/bookings/views.py") == after
    assert project.fix("BD202").rewrites == []


def test_takes_apart_a_statement_of_which_only_some_names_are_public(project: Project):
    project.write(
        {
            **DOOR,
            "shop/bookings/views.py": "from shop.payments.money import Money as M, rounded, currency_of\n",
        }
    )
    fix = project.written("BD202")

    assert project.read("shop/bookings/views.py") == (
        "from shop.payments.money import rounded\nfrom shop.payments.public import Money as M, currency_of\n"
    )
    assert [item.what for item in fix.by_hand] == ["shop.payments.money: the door does not export rounded"]


@pytest.mark.parametrize(
    "line",
    [
        "from shop.payments.models import Payment\n",  # the door's is a value, and no model
        "from shop.payments.money import rounded\n",
        "from shop.payments.money import *\n",
        "import shop.payments.money\n",
        "from shop.payments import money\n",
    ],
)
def test_leaves(project: Project, line: str):
    project.write({**DOOR, "shop/bookings/views.py": line})
    fix = project.fix("BD202")

    assert fix.rewrites == []
    assert len(fix.by_hand) == 1


def test_leaves_a_door_that_would_come_back(project: Project):
    door = DOOR["shop/payments/public/__init__.py"] + "\nfrom shop.bookings import views\n"
    project.write({**DOOR, "shop/payments/public/__init__.py": door})
    project.write({"shop/bookings/views.py": "from shop.payments.money import Money\n"})

    assert project.fix("BD202").rewrites == []
