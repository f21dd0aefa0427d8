"""Does whatever is wrong end in one clear line and exit code 2, whatever is odd in a result, and nothing in a traceback?"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from boundaries import cli
from tests.enforcement.conftest import TWO_CONTEXTS, TinyProject

Run = Callable[..., tuple[int, str, str]]

VERBS = ("check", "couplings", "map", "suggest", "owners")
WRONG_MAPS = {
    "no TOML": "[contexts.bookings\n",
    "no text": "\ufeff\x00",
    "a list of contexts": "contexts = []\n",
    "a context that is no table": "[contexts]\nbookings = 3\n",
    "packages that are no list": '[contexts.bookings]\npackages = "shop.bookings"\n',
    "packages that do not exist": '[contexts.bookings]\npackages = ["shop.bokings"]\n',
    "a package that climbs out": '[contexts.bookings]\npackages = ["..etc"]\n',
    "a package twice": f'{TWO_CONTEXTS}\n[contexts.third]\npackages = ["shop.payments"]\n',
    "a root that is no folder": f'root = "nowhere"\n{TWO_CONTEXTS}',
    "a key that is unknown": f"{TWO_CONTEXTS}own = 3\n",
    "a severity that is unknown": f'{TWO_CONTEXTS}severity = {{ BD202 = "grave" }}\n',
    "a door that does not exist": f'{TWO_CONTEXTS}public = ["shop.payments.dor"]\n',
    "a call of nobody": f'{TWO_CONTEXTS}calls = ["bokings"]\n',
    "patterns that are no list": f"{TWO_CONTEXTS}\n[check]\nexclude = 3\n",
}


def is_refused(run: Run, *arguments: str) -> str:
    """The one line that a refusal prints."""
    code, out, err = run(*arguments)
    assert (code, out) == (2, ""), out
    [line] = err.splitlines()
    assert line.startswith("BD")
    return line


@pytest.mark.parametrize("wrong", WRONG_MAPS.values(), ids=WRONG_MAPS.keys())
def test_a_wrong_map_is_refused_in_one_line(project: TinyProject, run: Run, wrong: str) -> None:
    project.map(wrong)

    for verb in VERBS:
        assert "boundaries.toml" in is_refused(run, verb)


def test_a_severity_for_an_unknown_rule_is_refused_by_the_check(project: TinyProject, run: Run) -> None:
    project.map(f'{TWO_CONTEXTS}severity = {{ BD999 = "warning" }}\n')

    assert "boundaries.toml:6: " in is_refused(run, "check")


class TestAPlace:
    def test_that_is_no_map_is_refused(
        self, project: TinyProject, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for place in (project.folder, project.folder / "nowhere.toml", project.folder / "shop" / "bookings"):
            assert cli.main(["check", "--config", str(place)]) == 2
            assert capsys.readouterr().err.startswith("BD101: ")

    def test_that_cannot_be_written_is_refused(self, project: TinyProject, run: Run) -> None:
        for place in (project.folder, project.folder / "nowhere" / "map.svg"):
            assert is_refused(run, "map", "--output", str(place)).startswith(
                f"BD298: {place} cannot be written: "
            )

    def test_for_the_cache_that_is_none_costs_only_time(self, project: TinyProject, run: Run) -> None:
        (project.folder / "file").touch()

        assert run("check", "--cache-dir", str(project.folder / "file"))[0] == 0

    def test_where_the_baseline_lies_may_be_wrong(self, project: TinyProject, run: Run) -> None:
        (project.folder / "boundaries-baseline.json").mkdir()

        assert is_refused(run, "check").startswith("BD292: ")


class TestOddProjects:
    def test_may_be_empty(self, project: TinyProject, run: Run) -> None:
        project.map("")

        for verb in VERBS:
            assert run(verb)[0] == 0

    def test_may_hold_pipes_and_folders_that_are_called_modules(self, project: TinyProject, run: Run) -> None:
        os.mkfifo(project.folder / "shop" / "bookings" / "pipe.py")
        (project.folder / "shop" / "bookings" / "folder.py").mkdir()

        code, out, _ = run("check")
        assert (code, out.splitlines()[-1]) == (0, "Clean: 2 contexts, 0 couplings.")

    def test_may_be_a_namespace_package_without_any_init_file(self, project: TinyProject, run: Run) -> None:
        project.write({"shop/bookings/views.py": "from shop.payments.models import models\n"})
        for file in project.folder.rglob("__init__.py"):
            file.unlink()

        code, out, _ = run("check")

        assert code == 1
        assert "shop/bookings/views.py:1:1" in out

    def test_may_have_names_that_the_terminal_cannot_print(
        self, project: TinyProject, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        project.write({"shop/bookings/größe.py": "from shop.payments.models import models\n"})
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))

        code = cli.main(["check", "--config", str(project.folder / "boundaries.toml")])

        sys.stdout.flush()
        assert code == 1
        assert b"shop/bookings/gr\\xf6\\xdfe.py:1:1" in raw.getvalue()

    def test_may_be_reached_through_a_loop_of_links(self, project: TinyProject, tmp_path: Path) -> None:
        (project.folder / "shop" / "again").symlink_to(project.folder)
        (tmp_path / "door").symlink_to(project.folder)
        (project.folder / "one").symlink_to(project.folder / "two")
        (project.folder / "two").symlink_to(project.folder / "one")

        assert cli.main(["check", "--config", str(tmp_path / "door" / "boundaries.toml")]) == 0
