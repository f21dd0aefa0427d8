"""Is a migration that the follower could not follow stopped in the pull request, with the order to take?"""

from __future__ import annotations

import dataclasses

import pytest

from boundaries.contexts.map import current_map
from boundaries.strangler import checks
from boundaries.strangler.checks import check_moving_migrations

SCAFFOLDED = """
from django.db import migrations, models

class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel("Account", [
            ("id", models.UUIDField(primary_key=True)), ("owner", models.CharField(max_length=100, unique=True)),
        ]),
        migrations.CreateModel("Entry", [
            ("id", models.BigAutoField(primary_key=True)), ("account", models.ForeignKey("ledger.Account", models.CASCADE)),
            ("amount", models.DecimalField(max_digits=10, decimal_places=2)), ("note", models.TextField(default="")),
            ("colour", models.CharField(max_length=9)),
        ]),
    ]
"""
FOLLOWED = """
from django.db import migrations, models

class Migration(migrations.Migration):
    operations = [
        migrations.AddField("account", "balance", models.DecimalField(max_digits=12, decimal_places=2)),
        migrations.AddField("account", "limit", models.IntegerField(null=True)),
        migrations.AlterField("entry", "amount", models.DecimalField(max_digits=12, decimal_places=2)),
        migrations.AlterField("entry", "colour", models.CharField(max_length=9, null=True)),
    ]
"""


@pytest.fixture
def told(tmp_path, monkeypatch):
    """What is said when the service's history consists of these files, and the map says this of the context."""

    def tell(*files, state="moving", **given):
        folder = tmp_path / "service_migrations" / "ledger"
        folder.mkdir(parents=True)
        for number, text in enumerate(files, start=1):
            (folder / f"{number:04}_service.py").write_text(text)
        now = current_map()
        ledger = now.context("ledger")
        service = dataclasses.replace(ledger.service, path=tmp_path)
        contexts = {**now.contexts, "ledger": dataclasses.replace(ledger, state=state, service=service)}
        changed = dataclasses.replace(now, contexts=contexts)
        monkeypatch.setattr(checks, "current_map", lambda: changed)
        return check_moving_migrations(**given)

    return tell


def test_BD574_names_each_field_that_the_service_lacks_or_has_otherwise(told):
    found = told(SCAFFOLDED)

    assert [(error.id, error.msg, error.is_serious()) for error in found] == [
        ("boundaries.BD574", "ledger.account.balance is not in the service's migrations.", True),
        ("boundaries.BD574", "ledger.entry.amount is another column in the service's migrations.", True),
        ("boundaries.BD574", "ledger.entry.colour is gone, and in the service's migrations it must have a value.", True),
    ]  # fmt: skip
    assert "boundaries extract ledger scaffold" in found[0].hint


def test_BD574_is_silent_when_the_service_went_first(told):
    assert told(SCAFFOLDED, FOLLOWED) == []


def test_BD574_only_warns_where_migrate_asks_since_the_rest_is_to_run(told):
    found = told(SCAFFOLDED, databases=["default"])

    assert len(found) == 3
    assert not any(warning.is_serious() for warning in found)


@pytest.mark.parametrize("state", ["inside", "outside"])
def test_BD574_asks_nothing_of_a_context_that_does_not_move(told, state):
    assert told(SCAFFOLDED, state=state) == []
