"""Is what was accepted forgiven, what is new refused, and what is gone forgotten?"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from boundaries.enforcement.baseline import BaselineUnreadable, ReasonMissing, read_baseline
from tests.enforcement.conftest import TinyProject

IMPORT = "from shop.payments.models import models\n"


@pytest.fixture
def messy(project: TinyProject) -> TinyProject:
    return project.write({"shop/bookings/a.py": IMPORT * 2, "shop/bookings/b.py": IMPORT})


class TestAcceptance:
    def test_wants_a_reason(self, messy: TinyProject) -> None:
        with pytest.raises(ReasonMissing):
            messy.check(accept_new=" ")

        assert not (messy.folder / "boundaries-baseline.json").exists()

    def test_silences_what_is_known(self, messy: TinyProject) -> None:
        assert not messy.check().is_clean

        assert messy.check(accept_new="adopted").is_clean

        result = messy.check()
        assert result.is_clean
        assert [v.baselined for v in result.violations] == [True, True, True]

    def test_survives_moved_lines(self, messy: TinyProject) -> None:
        messy.check(accept_new="adopted")

        messy.write({"shop/bookings/a.py": f"import os\n\n\n{IMPORT * 2}"})

        assert messy.check(fails_on_stale=True).is_clean

    def test_lets_nothing_new_through(self, messy: TinyProject) -> None:
        messy.check(accept_new="adopted")

        messy.write({"shop/bookings/a.py": IMPORT * 3})

        [new] = messy.check().new
        assert (new.path, new.line) == ("shop/bookings/a.py", 3)

    def test_is_one_sorted_entry_per_line(self, messy: TinyProject) -> None:
        messy.check(accept_new="adopted")

        lines = (messy.folder / "boundaries-baseline.json").read_text().splitlines()

        entries = [json.loads(line.strip().rstrip(",")) for line in lines[3:-2]]
        assert [(entry["source"], entry["count"]) for entry in entries] == [
            ("shop.bookings.a:<module>", 2),
            ("shop.bookings.b:<module>", 1),
        ]
        assert all(entry["reason"] == "adopted" and "line" not in entry for entry in entries)


class TestStaleEntries:
    @pytest.fixture
    def cleaned(self, messy: TinyProject) -> TinyProject:
        messy.check(accept_new="adopted")
        return messy.write({"shop/bookings/a.py": IMPORT, "shop/bookings/b.py": ""})

    def test_are_listed_and_fail_only_in_CI(
        self, cleaned: TinyProject, run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        code, out, _ = run("check")
        assert code == 0
        assert "2 accepted violations are gone" in out

        assert run("check", "--ci")[0] == 1
        monkeypatch.setenv("CI", "true")
        assert run("check")[0] == 1

    def test_are_forgotten_by_an_update_that_accepts_nothing_new(self, cleaned: TinyProject) -> None:
        cleaned.write({"shop/bookings/c.py": IMPORT})

        result = cleaned.check(update_baseline=True)

        assert [v.path for v in result.new] == ["shop/bookings/c.py"]
        assert result.stale == ()
        baseline = read_baseline(cleaned.folder / "boundaries-baseline.json")
        assert [(entry.source, entry.count) for entry in baseline.entries] == [
            ("shop.bookings.a:<module>", 1)
        ]


class TestTheFile:
    @pytest.mark.parametrize(
        "text", ["", "[]", '{"schema": 2, "accepted": []}', '{"schema": 1, "accepted": [{}]}']
    )
    def test_is_refused_when_it_is_something_else(
        self, project: TinyProject, run_json: Callable[..., tuple[int, Any]], text: str
    ) -> None:
        project.write({"boundaries-baseline.json": text})

        code, said = run_json("check")

        assert code == 2
        assert said["error"]["code"] == BaselineUnreadable.code

    def test_is_not_made_for_nothing(self, project: TinyProject) -> None:
        project.check(update_baseline=True)

        assert not (project.folder / "boundaries-baseline.json").exists()
