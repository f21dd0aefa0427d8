"""A team adopts the lint on a project that is a mess, breaks a rule, and mends two that were broken before."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from boundaries import cli
from tests.enforcement.conftest import TinyProject

Run = Callable[..., tuple[int, str]]

MODEL = "class {0}(models.Model):\n    total = models.IntegerField()\n"
MESS = {
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site.settings')\n",
    "apps/billing/apps.py": "from django.apps import AppConfig\nclass A(AppConfig):\n    name = 'apps.billing'\n",
    "apps/billing/models.py": (
        "from django.db import models\n"
        "from apps.orders.models import Order\n"
        f"{MODEL.format('Invoice')}"
        "    order = models.ForeignKey(Order, models.CASCADE)\n"
        "    parcel = models.ForeignKey('stock.Parcel', models.SET_NULL, null=True)\n"
    ),
    "apps/billing/jobs.py": (
        "from django.db import connection\n"
        "from .models import Invoice\n"
        "def late():\n"
        "    return Invoice.objects.filter(order__total__gt=0).select_related('parcel')\n"
        "def total(cursor):\n"
        "    cursor.execute('SELECT sum(total) FROM orders_order')\n"
    ),
    "apps/orders/models.py": f"from django.db import models\n{MODEL.format('Order')}",
    "apps/orders/views.py": (
        "from django.apps import apps\n"
        "from apps.billing.models import Invoice\n"
        "def show():\n"
        "    return Invoice.objects.all(), apps.get_model('stock', 'Parcel')\n"
    ),
    "apps/stock/models.py": (
        f"from django.db import models\n{MODEL.format('Parcel')}"
        "    orders = models.ManyToManyField('orders.Order')\n"
    ),
    "apps/stock/receivers.py": (
        "from django.db.models.signals import post_save\n"
        "from django.dispatch import receiver\n"
        "@receiver(post_save, sender='orders.Order')\n"
        "def reserve(sender, **kwargs): ...\n"
    ),
}
NEW = "    customer_invoice = models.ForeignKey('billing.Invoice', models.CASCADE)\n"


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """`run("check", "--ci")` in the project's folder → (exit code, standard output)."""
    project = TinyProject(tmp_path / "mess").write(MESS)
    monkeypatch.chdir(project.folder)

    def run_verb(*arguments: str) -> tuple[int, str]:
        return cli.main(list(arguments)), capsys.readouterr().out

    return run_verb


def adopt(run: Run) -> int:
    """Write a first map, make it strict, accept what there is; how many violations that are."""
    assert run("init", "--write")[0] == 0
    assert run("check")[0] == 0
    given = Path("boundaries.toml")
    given.write_text(re.sub(r'^mode = "open"\n', "", given.read_text(), flags=re.MULTILINE))
    assert run("check", "--ci")[0] == 1
    code, out = run("check", "--ci", "--accept-new", "adopted as it was, ADR 7")
    assert code == 0
    found = re.search(r"^baseline written: 0 -> (\d+) accepted$", out, re.MULTILINE)
    assert found, out
    return int(found[1])


def names_in(form: str, out: str) -> list[tuple[str, str, int]]:
    """(rule, path, line) of every violation that an output calls new."""
    if form == "text":
        lines = re.findall(r"^(BD\d+)(?: .*)\n((?:  \S+:\d+:\d+ .*\n)+)", out, re.MULTILINE)
        return [
            (code, path, int(line))
            for code, places in lines
            for path, line in re.findall(r"^  (\S+?):(\d+):\d+ ", places, re.MULTILINE)
        ]
    if form == "json":
        return [
            (v["rule"], v["path"], v["line"]) for v in json.loads(out)["violations"] if not v["baselined"]
        ]
    if form == "sarif":
        new = [r for r in json.loads(out)["runs"][0]["results"] if r["baselineState"] == "new"]
        places = [r["locations"][0]["physicalLocation"] for r in new]
        return [
            (r["ruleId"], p["artifactLocation"]["uri"], p["region"]["startLine"])
            for r, p in zip(new, places, strict=True)
        ]
    if form == "gitlab":
        return [
            (i["check_name"], i["location"]["path"], i["location"]["lines"]["begin"]) for i in json.loads(out)
        ]
    if form == "github":
        found = re.findall(r"^::error file=(.*?),line=(\d+),.*?title=(BD\d+)", out, re.MULTILINE)
        return [(code, path, int(line)) for path, line, code in found]
    failures = [
        (case.get("name") or "", case.findtext("failure") or "")
        for case in ET.fromstring(out).iter("testcase")
    ]
    return [
        (name.split()[0], line.split(":")[0], int(line.split(":")[1]))
        for name, text in failures
        for line in filter(None, text.splitlines())
    ]


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "gitlab", "junit"])
def test_given_a_baseline_when_one_rule_is_broken_then_CI_names_exactly_that(run: Run, form: str) -> None:
    assert adopt(run) >= 10
    assert names_in(form, run("check", "--ci", "--format", form)[1]) == []

    with Path("apps/stock/models.py").open("a") as models:
        models.write(NEW)

    code, out = run("check", "--ci", "--format", form)
    assert code == 1
    assert names_in(form, out) == [("BD204", "apps/stock/models.py", 5)]


def test_given_a_baseline_when_two_are_mended_then_CI_asks_to_shrink_it_and_an_update_does(run: Run) -> None:
    accepted = adopt(run)
    jobs = Path("apps/billing/jobs.py")
    jobs.write_text(
        jobs.read_text().replace("orders_order", "billing_invoice").replace("order__total", "total")
    )

    code, out = run("check", "--ci")
    assert code == 1
    assert "2 accepted violations gone; `boundaries check --update-baseline` forgets:" in out
    assert f"baseline: {accepted} -> {accepted - 2} accepted" in out
    assert re.search(r"-> \d+ +billing -> orders  \(2 gone\)", out)
    assert [entry["count"] for entry in json.loads(run("check", "--json")[1])["stale"]] == [1, 1]
    assert "2 entries of the baseline are stale" in run("check", "--ci", "--format", "github")[1]

    assert run("check", "--ci", "--update-baseline")[0] == 0

    kept = json.loads(Path("boundaries-baseline.json").read_text())["accepted"]
    assert sum(entry["count"] for entry in kept if entry) == accepted - 2
    assert run("check", "--ci")[0] == 0


def test_given_a_baseline_when_one_is_mended_and_one_broken_then_the_update_does_not_hide_it(
    run: Run,
) -> None:
    accepted = adopt(run)
    jobs = Path("apps/billing/jobs.py")
    jobs.write_text(jobs.read_text().replace("orders_order", "stock_parcel"))

    for arguments in ([], ["--update-baseline"], []):
        code, out = run("check", "--ci", *arguments)
        assert code == 1
        assert names_in("text", out) == [("BD212", "apps/billing/jobs.py", 6)]

    assert f"{accepted - 1} accepted in the baseline" in run("check")[1]
