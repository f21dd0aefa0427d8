"""Is what was accepted forgiven, what is new refused, and what is gone forgotten?"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from boundaries.enforcement import witness
from boundaries.enforcement.check import ReasonMissing
from boundaries.enforcement.kinds.link import Analysis, Link
from tests.enforcement.conftest import TWO_CONTEXTS, TinyProject

IMPORT = "from shop.payments.models import models\n"
Run = Callable[..., tuple[int, str, str]]


def entries(path: Path) -> list[dict[str, Any]]:
    """The entries of one file; none when it does not exist."""
    return [e for e in json.loads(path.read_text())["accepted"] if e] if path.exists() else []


@pytest.fixture
def file(project: TinyProject) -> Path:
    return project.folder / "boundaries-baseline.json"


@pytest.fixture
def messy(project: TinyProject) -> TinyProject:
    return project.write({"shop/bookings/a.py": IMPORT * 2, "shop/bookings/b.py": IMPORT})


@pytest.fixture
def accepted(messy: TinyProject) -> TinyProject:
    messy.check(accept_new="adopted")
    return messy


class TestAcceptance:
    def test_wants_a_reason(self, messy: TinyProject, file: Path, run: Run) -> None:
        with pytest.raises(ReasonMissing):
            messy.check(accept_new=" ")
        assert run("check", "--accept-new")[2].startswith("BD293: ")
        assert not file.exists()

    def test_silences_what_is_known(self, messy: TinyProject) -> None:
        assert not messy.check().is_clean

        assert messy.check(accept_new="adopted").is_clean

        result = messy.check()
        assert result.is_clean
        assert [v.baselined for v in result.violations] == [True, True, True]

    def test_survives_moved_lines(self, accepted: TinyProject) -> None:
        accepted.write({"shop/bookings/a.py": f"import os\n\n\n{IMPORT * 2}"})

        assert accepted.check(fails_on_stale=True).is_clean

    def test_lets_nothing_new_through(self, accepted: TinyProject) -> None:
        accepted.write({"shop/bookings/a.py": IMPORT * 3})

        [new] = accepted.check().new
        assert (new.path, new.line) == ("shop/bookings/a.py", 3)

    def test_lets_no_swap_through(self, accepted: TinyProject) -> None:
        accepted.write({"shop/bookings/b.py": "", "shop/bookings/c.py": IMPORT})

        result = accepted.check()

        assert [v.path for v in result.new] == ["shop/bookings/c.py"]
        assert [entry.source for entry in result.stale] == ["shop.bookings.b:<module>"]
        assert not accepted.check(update_baseline=True).is_clean

    def test_is_one_sorted_entry_per_line(self, accepted: TinyProject, file: Path) -> None:
        lines = file.read_text().splitlines()[3:-3]

        found = [json.loads(line.removesuffix(",")) for line in lines]
        assert [(entry["source"], entry["count"]) for entry in found] == [
            ("shop.bookings.a:<module>", 2),
            ("shop.bookings.b:<module>", 1),
        ]
        assert all(entry["reason"] == "adopted" and "line" not in entry for entry in found)

    def test_keeps_the_reasons_of_those_accepted_before(self, accepted: TinyProject, file: Path) -> None:
        accepted.write({"shop/bookings/a.py": IMPORT * 3, "shop/bookings/c.py": IMPORT})

        accepted.check(accept_new="ADR 7")

        assert [entry["reason"] for entry in entries(file)] == ["adopted; ADR 7", "adopted", "ADR 7"]

    def test_says_that_open_contexts_have_nothing_to_accept(self, messy: TinyProject, file: Path) -> None:
        messy.map(TWO_CONTEXTS.replace("[contexts.bookings]", '[contexts.bookings]\nmode = "open"'))

        [notice] = messy.check(accept_new="adopted").notices

        assert notice.startswith("3 violations of 1 open context are counted and not in the baseline")
        assert not file.exists()


class TestWhatOnlyAWitnessSees:
    @staticmethod
    def see(links: Sequence[Link], analysis: Analysis) -> witness.Testimony:
        seen = Link("relation", "shop/bookings/a.py", 1, 1, "bookings", "payments", "shop.bookings.a:Seen",
                    "payments.Payment", evidence="exact", is_constraint=True)  # fmt: skip
        other = replace(seen, source="shop.bookings.a:Other")
        return witness.Testimony(links=(seen, other))

    @pytest.fixture
    def seen(self, accepted: TinyProject) -> TinyProject:
        accepted.check(accept_new="seen", witnesses=[witness.Witness(self.see)])
        return accepted

    def test_is_not_stale_where_nobody_asks_it(self, seen: TinyProject, file: Path) -> None:
        assert len(entries(file)) == 4

        assert seen.check(fails_on_stale=True).is_clean
        seen.check(update_baseline=True)
        assert len(entries(file)) == 4

    def test_is_stale_where_it_is_asked_and_sees_it_no_more(self, seen: TinyProject) -> None:
        def see(links: Sequence[Link], analysis: Analysis) -> witness.Testimony:
            return witness.Testimony(links=self.see(links, analysis).links[:1])

        stale = seen.check(witnesses=[witness.Witness(see)]).stale

        assert [entry.source for entry in stale] == ["shop.bookings.a:Other"]


class TestStaleEntries:
    @pytest.fixture
    def cleaned(self, accepted: TinyProject) -> TinyProject:
        return accepted.write({"shop/bookings/a.py": IMPORT, "shop/bookings/b.py": ""})

    def test_are_listed_and_fail_only_in_CI(
        self, cleaned: TinyProject, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        code, out, _ = run("check")
        assert code == 0
        assert "2 accepted violations gone" in out

        assert run("check", "--ci")[0] == 1
        monkeypatch.setenv("CI", "true")
        assert run("check")[0] == 1

    def test_are_forgotten_by_an_update_that_accepts_nothing_new(
        self, cleaned: TinyProject, file: Path
    ) -> None:
        cleaned.write({"shop/bookings/c.py": IMPORT})

        result = cleaned.check(update_baseline=True)

        assert [v.path for v in result.new] == ["shop/bookings/c.py"]
        assert result.stale == ()
        assert [(e["source"], e["count"]) for e in entries(file)] == [("shop.bookings.a:<module>", 1)]

    def test_leave_no_file_behind_when_all_is_mended(self, cleaned: TinyProject, file: Path) -> None:
        cleaned.write({"shop/bookings/a.py": ""}).check(update_baseline=True)

        assert not file.exists()


class TestBurndown:
    def test_is_told_by_pair_of_contexts(self, accepted: TinyProject, run: Run) -> None:
        accepted.write({"shop/bookings/a.py": IMPORT, "shop/bookings/c.py": IMPORT})

        _, out, _ = run("check")

        assert "baseline: 3 -> 2 accepted\n      3 -> 2     bookings -> payments  (1 gone, 1 new)\n" in out

    def test_is_told_by_the_run_that_writes_the_baseline(self, accepted: TinyProject, run: Run) -> None:
        accepted.write({"shop/bookings/a.py": IMPORT, "shop/payments/c.py": "import shop.bookings.a\n"})

        _, out, _ = run("check", "--accept-new", "ADR 7")

        assert (
            "baseline written: 3 -> 3 accepted\n"
            "      3 -> 2     bookings -> payments  (1 gone)\n"
            "      0 -> 1     payments -> bookings  (1 added)\n"
        ) in out

    def test_is_part_of_the_JSON(
        self, accepted: TinyProject, run_json: Callable[..., tuple[int, Any]]
    ) -> None:
        accepted.write({"shop/bookings/b.py": ""})

        assert run_json("check")[1]["baseline"] == {
            "updated": False,
            "progress": [
                {"from": "bookings", "to": "payments", "accepted": 3, "gone": 1, "new": 0, "added": 0, "left": 2}
            ],
        }  # fmt: skip

    def test_is_silent_when_nothing_moves(self, accepted: TinyProject, run: Run) -> None:
        assert run("check")[1] == "Clean: 2 contexts, 3 couplings, 3 accepted in the baseline.\n"


class TestTheFile:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "line 1: Expecting value"),
            ("[]", "it has no list `accepted`"),
            ('{"schema": 2, "accepted": []}', "its schema is 2, not 1"),
            ('{"schema": 1, "accepted": [{}]}', "entry 1 has no text 'rule'"),
            ('{"schema": 1, "accepted": [null, 7]}', "entry 2 is no object"),
            ('{"schema": 1,\n "accepted": [\n{"rule" "BD202"}]}', "line 3: Expecting ':' delimiter"),
            (b"\xff\xfe{\x00}\x00", "it is not UTF-8"),
        ],
    )
    def test_is_refused_in_one_line_when_it_is_something_else(
        self, file: Path, run: Run, text: str | bytes, reason: str
    ) -> None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

        for arguments in (["check"], ["couplings"], ["check", "--update-baseline"]):
            code, out, err = run(*arguments)

            assert (code, out) == (2, "")
            assert err.startswith(f"BD292: {file} cannot be read as a baseline: {reason}. Take it from")
            assert err.count("\n") == 1

    def test_is_refused_when_a_count_is_no_count(self, accepted: TinyProject, file: Path, run: Run) -> None:
        for wrong in ("-1", '"2"', "true"):
            file.write_text(file.read_text().replace('"count": 2', f'"count": {wrong}'))

            assert "entry 1 has the count" in run("check")[2]
            file.write_text(file.read_text().replace(f'"count": {wrong}', '"count": 2'))

    def test_that_cannot_be_read_or_written_is_refused(
        self, messy: TinyProject, file: Path, run: Run
    ) -> None:
        file.mkdir()
        assert run("check")[2].startswith("BD292: ")
        file.rmdir()
        messy.map('baseline = "nowhere/baseline.json"\n' + (messy.folder / "boundaries.toml").read_text())

        code, _, err = run("check", "--accept-new", "adopted")

        assert code == 2
        assert err.startswith("BD297: ")

    def test_is_not_made_for_nothing(self, project: TinyProject, file: Path) -> None:
        project.check(update_baseline=True)

        assert not file.exists()

    def test_keeps_the_line_ends_of_windows_and_does_not_mind_its_mark(
        self, accepted: TinyProject, file: Path
    ) -> None:
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
        assert accepted.check().is_clean

        accepted.write({"shop/bookings/b.py": ""}).check(update_baseline=True)

        assert file.read_bytes().count(b"\r\n") == file.read_bytes().count(b"\n") == 7
        assert len(entries(file)) == 1

    def test_is_left_alone_when_nothing_changes(self, accepted: TinyProject, file: Path) -> None:
        before = file.stat().st_mtime_ns

        accepted.check(update_baseline=True)

        assert file.stat().st_mtime_ns == before


class TestTheSplitBaseline:
    MAP = f'[baseline]\nsplit = "{{}}"\n{TWO_CONTEXTS}'

    @pytest.mark.parametrize(("side", "folder"), [("offending", "bookings"), ("owned", "payments")])
    def test_lies_in_the_folder_of_the_chosen_side(self, messy: TinyProject, side: str, folder: str) -> None:
        messy.map(self.MAP.format(side)).check(accept_new="adopted")

        files = sorted(path.parent.name for path in messy.folder.rglob("*baseline.json"))
        assert files == [folder]
        assert messy.check(fails_on_stale=True).is_clean
        messy.write({"shop/bookings/c.py": IMPORT})
        assert [v.path for v in messy.check().new] == ["shop/bookings/c.py"]

    def test_is_moved_by_an_update_when_the_map_changes(self, accepted: TinyProject, file: Path) -> None:
        for side, folder in (("owned", "payments"), ("offending", "bookings")):
            accepted.map(self.MAP.format(side)).check(update_baseline=True)

            [moved] = accepted.folder.rglob("*baseline.json")
            assert moved.parent.name == folder
            assert [entry["reason"] for entry in entries(moved)] == ["adopted", "adopted"]

    def test_of_a_context_of_one_module_lies_beside_it(self, messy: TinyProject) -> None:
        messy.map(self.MAP.format("offending").replace("shop.bookings", "shop.bookings.b"))

        messy.check(accept_new="adopted")

        assert len(entries(messy.folder / "shop" / "bookings" / "boundaries-baseline.json")) == 1

    def test_takes_a_name_and_no_path(self, messy: TinyProject, run: Run) -> None:
        messy.map(self.MAP.format("owned").replace("split", 'file = "a/b.json"\nsplit'))

        assert "baseline.file names a folder" in run("check")[2]
