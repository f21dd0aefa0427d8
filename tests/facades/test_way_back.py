"""Is a change of the service's tables that would close the way back named in its own checks?"""

from __future__ import annotations

import json

import pytest

from boundaries.contexts.fields import declared_fields
from boundaries.facades import way_back_checks
from boundaries.facades.way_back_checks import FILE, check_way_back, encode


@pytest.fixture
def told(tmp_path, settings, monkeypatch):
    """What the check says in the service of ledger, when the monolith has these fields."""
    settings.BOUNDARIES = {**settings.BOUNDARIES, "SIDE": "ledger"}
    monkeypatch.setattr(way_back_checks, "current_map", lambda: type("Map", (), {"root": tmp_path}))

    def tell(known):
        (tmp_path / FILE).write_text(json.dumps(known))
        return [(error.id, error.msg) for error in check_way_back()]

    return tell


def test_BD591_is_silent_where_both_have_the_same(told):
    assert told(json.loads(encode("ledger"))) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda known: known["ledger.account"].pop("owner"), "ledger.account.owner: the monolith has no such column"),
        (lambda known: known["ledger.account"].update(old={"class": "x"}), "ledger.account.old: the column is gone or renamed"),
        (lambda known: known["ledger.account"]["owner"].update(max_length=50), "ledger.account.owner: the column is another one"),
        (lambda known: known.pop("ledger.entry"), "ledger.entry: the monolith has no such table"),
        (lambda known: known.update({"ledger.old": {}}), "ledger.old: the table is gone"),
    ],
)  # fmt: skip
def test_BD591_names_what_would_close_the_way_back(told, change, said):
    known = declared_fields("ledger")
    change(known)

    [(code, message)] = told(known)

    assert code == "boundaries.BD591"
    assert message.startswith(said)


def test_BD591_asks_nothing_in_the_monolith():
    assert check_way_back() == []
