"""Does a project get rid of the kit, without losing what is under way?"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.strangler.leave.conftest import Shop, new_shop  # noqa: F401  (a fixture)


@pytest.fixture
def shop(new_shop: Callable[..., Shop]) -> Shop:  # noqa: F811
    """A project that has installed the kit, and uses nothing of it."""
    shop = new_shop("sqlite")
    shop.do("migrate", "--verbosity", "0")
    return shop


def eject(shop: Shop, *words: str) -> dict[str, Any]:
    """Run `boundaries eject …`, which must go well."""
    facts: dict[str, Any] = json.loads(shop.do("boundaries", "eject", "--json", *words))
    return facts


def kit_tables(shop: Shop) -> list[str]:
    rows = shop.sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'boundaries%'")
    return [row[0] for row in rows]


class TestDryRun:
    def test_says_what_can_go_in_which_order_and_changes_nothing(self, shop: Shop) -> None:
        facts = eject(shop, "--dry-run")

        assert [room["room"] for room in facts["rooms"]] == ["strangler", "messaging", "facades", "contexts"]
        assert all(room["can_go"] for room in facts["rooms"])
        assert {"table": "boundaries_messaging_event", "rows": 0} in facts["rooms"][1]["tables"]
        assert facts["rooms"][0]["entries"] == ["config/settings.py:15 boundaries.strangler"]
        assert shop.git("status", "--porcelain") == ""

    def test_names_each_place_in_code_with_what_to_do(self, shop: Shop) -> None:
        (shop.root / "zz/tell.py").write_text("from boundaries import publish\n")

        facts = eject(shop, "--dry-run")

        assert {room["room"]: room["can_go"] for room in facts["rooms"]} == {
            "strangler": True, "messaging": False, "facades": False, "contexts": False
        }  # fmt: skip
        assert facts["rooms"][1]["by_hand"] == [
            "zz/tell.py:1 publish: call what the consumers do, after the transaction commits"
        ]


class TestDoors:
    DOOR = """\
\"\"\"The door.\"\"\"

from boundaries import Facade, command, query


class Last(Facade, context="last", version="1"):
    @command()
    def note(self, *, number: int) -> int:
        \"\"\"Keep a number.\"\"\"

    @query()
    def count(self) -> int:
        \"\"\"How many there are.\"\"\"
"""
    LOCAL = """\
from zz.models import Entry


class LocalLast:
    def note(self, *, number):
        return Entry.objects.create(payment_number=number).pk

    def count(self):
        return Entry.objects.count()
"""

    @pytest.fixture
    def with_door(self, shop: Shop) -> Shop:
        (shop.root / "zz/public.py").write_text(self.DOOR)
        (shop.root / "zz/local.py").write_text(self.LOCAL)
        path = shop.root / "boundaries.toml"
        path.write_text(
            path.read_text() + 'facade = "zz.public:Last"\nimplementation = "zz.local:LocalLast"\n'
        )
        shop.git("add", "--all")
        shop.git("commit", "--quiet", "--message", "a door")
        return shop

    def test_become_plain_functions_that_callers_call_as_before(self, with_door: Shop) -> None:
        facts = eject(with_door, "--yes")

        assert (facts["turned"], facts["removed"]) == (["last"], ["strangler", "messaging"])
        assert "boundaries" not in (with_door.root / "zz/public.py").read_text()
        assert "facade" not in (with_door.root / "boundaries.toml").read_text()
        called = "from zz.public import Last; Last.note(number=3); print(Last.count())"
        assert with_door.do("shell", "--command", called).split()[-1] == "1"

        with_door.git("add", "--all")
        with_door.git("commit", "--quiet", "--message", "plain")
        assert eject(with_door, "--yes")["removed"] == ["facades", "contexts"]

    def test_stay_while_somebody_gives_a_command_a_key(self, with_door: Shop) -> None:
        (with_door.root / "zz/jobs.py").write_text(
            "from zz.public import Last\n\nnote = Last.note.keyed('once')\n"
        )
        with_door.git("add", "--all")
        with_door.git("commit", "--quiet", "--message", "keyed")

        facts = eject(with_door, "--yes")

        assert facts["turned"] == []
        assert facts["doors"][0]["keyed"] == ["zz/jobs.py:3 Last.note.keyed"]


class TestEject:
    def test_takes_out_everything_that_nobody_uses(self, shop: Shop) -> None:
        facts = eject(shop, "--yes")

        assert facts["removed"] == ["strangler", "messaging", "facades", "contexts"]
        assert "boundaries" not in (shop.root / "config/settings.py").read_text()
        assert kit_tables(shop) == []
        assert shop.do("check") == "System check identified no issues (0 silenced).\n"
        assert "_payment" in str(shop.tables())

    def test_stops_before_the_first_room_that_code_uses(self, shop: Shop) -> None:
        (shop.root / "zz/tell.py").write_text("from boundaries import publish\n")
        shop.git("add", "--all")
        shop.git("commit", "--quiet", "--message", "tells")

        assert eject(shop, "--yes")["removed"] == ["strangler"]
        assert "boundaries_messaging_event" in kit_tables(shop)
        assert eject(shop, "--yes")["removed"] == []

    def test_is_refused_without_a_yes_and_in_a_tree_with_changes(self, shop: Shop) -> None:
        assert "BD872" in shop.manage("boundaries", "eject").stderr

        (shop.root / "zz/models.py").write_text("")
        assert "BD867" in shop.manage("boundaries", "eject", "--yes").stderr
        assert "boundaries_messaging_event" in kit_tables(shop)

    def test_is_refused_while_something_is_under_way(self, shop: Shop) -> None:
        moving = "INSERT INTO boundaries_strangler_extraction (context, reached, wanted, facts, follower, updated_at)"
        shop.sql(f"{moving} VALUES ('payments', 'verify', 'following', '{{}}', '{{}}', '2026-01-01')")

        done = shop.manage("boundaries", "eject", "--yes")

        assert "BD870: payments is on its way" in done.stderr
        assert "BD870" in eject(shop, "--dry-run")["obstacles"][0]

    def test_is_refused_while_messages_are_undelivered(self, shop: Shop) -> None:
        columns = [row[1] for row in shop.sql("PRAGMA table_info(boundaries_messaging_saga_instance)")]
        values = [
            "'2026-01-01'" if name.endswith("_at") else "'RUNNING'" if name == "state" else "'1'"
            for name in columns
        ]
        shop.sql(
            f"INSERT INTO boundaries_messaging_saga_instance ({', '.join(columns)}) VALUES ({', '.join(values)})"
        )

        done = shop.manage("boundaries", "eject", "--yes")

        assert "BD871: 1 unfinished saga would be lost" in done.stderr
