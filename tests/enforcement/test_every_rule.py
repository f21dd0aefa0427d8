"""Does each rule fire on its own example, stop with the example's fix, and stay silent on what only looks like it?"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

import pytest

from boundaries.enforcement.recorder.testimony import record_witness
from boundaries.enforcement.rules import RULES
from boundaries.enforcement.rules.rule import Rule
from tests.enforcement import rules
from tests.enforcement.conftest import TinyProject
from tests.enforcement.recorder.shop import record

AROUND = {
    "shop/payments/models.py": (
        "from django.db import models\n"
        "class Payment(models.Model):\n"
        "    amount = models.IntegerField()\n"
        "    state = models.TextField()\n"
    ),
    "shop/payments/public.py": "class Payments: ...\nclass PaymentCaptured: ...\n",
    "shop/bookings/models.py": "from django.db import models\nclass Booking(models.Model): ...\n",
    "shop/bookings/public.py": "class Bookings: ...\n",
}
NEAR: dict[str, Mapping[str, Mapping[str, str]]] = {}
for found in pkgutil.iter_modules(rules.__path__, f"{rules.__name__}."):
    data = importlib.import_module(found.name)
    NEAR[data.CODE] = data.KEEPS


@pytest.fixture
def around(project: TinyProject) -> TinyProject:
    return project.write(AROUND)


def broken(project: TinyProject) -> set[str]:
    """The codes of everything that breaks a rule, failing or only counted; a checkout is run for that."""
    is_run = (project.folder / "shop/bookings/checkout.py").exists()
    witnesses = [record_witness(record(project.folder, "shop.bookings.checkout:buy"))] if is_run else []
    result = project.check(witnesses=witnesses)
    return {found.rule or "" for found in (*result.new, *result.counted)}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_fires_on_its_example_and_stops_with_its_fix(around: TinyProject, rule: Rule) -> None:
    before = broken(around.write(dict(rule.example.before)))
    assert rule.code in before

    after = broken(around.write(dict(rule.example.after)))

    assert after <= before - {rule.code} | ({"BD202"} if rule.code == "BD216" else set())


@pytest.mark.parametrize(
    ("code", "files"),
    [
        pytest.param(code, files, id=f"{code} {what}")
        for code, near in NEAR.items()
        for what, files in near.items()
    ],
)
def test_a_rule_is_silent(around: TinyProject, code: str, files: Mapping[str, str]) -> None:
    assert code not in broken(around.write(dict(files)))


def test_every_rule_has_what_comes_close_to_it() -> None:
    assert sorted(NEAR) == sorted(rule.code for rule in RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_says_why_and_how(rule: Rule) -> None:
    assert [other.code for other in RULES].count(rule.code) == 1
    assert rule.code.startswith("BD2")
    assert all((rule.title, rule.kinds, rule.why, rule.fix, rule.remedy))
    assert rule.example.before.keys() | rule.example.after.keys()
