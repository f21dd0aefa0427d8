"""Does `boundaries suggest` say it, in text and as JSON, with a map and without?"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from boundaries import cli
from tests.enforcement.conftest import TinyProject
from tests.enforcement.suggest.planted import CONTEXTS, plant

Run = Callable[..., tuple[int, str, str]]
RunJson = Callable[..., tuple[int, Any]]


@pytest.fixture
def suggest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """`suggest("--json")` in a planted project without a map."""
    plant(tmp_path, seed=1)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["suggest", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


class TestWithoutAMap:
    def test_shows_a_table_a_paragraph_for_each_and_the_layers(self, suggest: Run) -> None:
        code, out, _ = suggest()

        assert code == 0
        assert out.startswith("7 candidate contexts in 32 apps, the readiest to leave first.\n")
        assert "of 100\n" in out
        assert "site.toolbox  shared kernel: no tables; " in out
        assert max(map(len, out.splitlines())) <= 100

    def test_fits_a_screen_unless_all_is_asked_for(self, suggest: Run) -> None:
        _, short, _ = suggest()
        _, long, _ = suggest("--all")

        assert (short.count(" of 100\n"), long.count(" of 100\n")) == (2, 7)
        assert len(short.splitlines()) < 60 < len(long.splitlines())
        assert "`--context NAME`" in short

    def test_gives_the_evidence_for_one(self, suggest: Run) -> None:
        _, everything, _ = suggest("--all")
        _, json_text, _ = suggest("--json")
        last = json.loads(json_text)["contexts"][-1]["name"]

        _, out, _ = suggest("--context", last)

        assert out.startswith(f"7. {last}: ")
        assert out.count(" of 100\n") == 1
        assert out.strip() in everything

    def test_refuses_a_name_that_it_did_not_rank(self, suggest: Run) -> None:
        code, _, err = suggest("--context", "no-such-context")

        assert code == 2
        assert err.startswith("BD287: 'no-such-context' is none of the contexts")

    def test_prints_a_map_and_nothing_else(self, suggest: Run) -> None:
        code, out, _ = suggest("--toml")

        assert code == 0
        assert len(tomllib.loads(out)["contexts"]) == len(CONTEXTS) + len(["people", "pages", "toolbox"])

    def test_prints_one_object(self, suggest: Run) -> None:
        code, out, _ = suggest("--json", "--contexts", "4")
        said = json.loads(out)

        assert code == 0
        assert (said["schema"], said["has_map"], len(said["contexts"])) == (1, False, 4)
        assert [context["place"] for context in said["contexts"]] == [1, 2, 3, 4]

    def test_refuses_a_number_that_is_none(self, suggest: Run, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as refused:
            suggest("--contexts", "0")

        assert refused.value.code == 2
        assert "--contexts: " in capsys.readouterr().err

    def test_writes_nothing_into_the_project(self, suggest: Run, tmp_path: Path) -> None:
        before = sorted(tmp_path.rglob("*"))
        suggest()

        assert [p for p in sorted(tmp_path.rglob("*")) if p not in before and "cache" not in p.parts] == []

    def test_without_any_app_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
        (tmp_path / "empty").mkdir()
        monkeypatch.chdir(tmp_path / "empty")

        assert cli.main(["suggest"]) == 2
        assert capsys.readouterr().err.startswith("BD294")


class TestWithAMap:
    def test_ranks_its_contexts(self, run: Run) -> None:
        code, out, _ = run("suggest")

        assert code == 0
        assert out.startswith("2 contexts of the map, the readiest to leave first.\n")

    def test_looks_for_candidates_all_the_same_if_asked_to(
        self, project: TinyProject, run_json: RunJson
    ) -> None:
        models = "from django.db import models\nclass Thing(models.Model):\n    pass\n"
        project.write({"shop/payments/models.py": models, "shop/bookings/models.py": models})

        _, said = run_json("suggest", "--fresh")

        assert said["has_map"] is False

    def test_refuses_a_broken_map(self, project: TinyProject, run: Run) -> None:
        project.map("[contexts.bookings]\npackages = 7\n")

        code, _, err = run("suggest")

        assert code == 2
        assert err.startswith("BD1")


class TestDatabase:
    def test_that_does_not_answer_is_refused_without_its_password(self, run: Run) -> None:
        code, _, err = run("suggest", "--database", "postgresql://me:secret@127.0.0.1:1/shop")

        assert code == 2
        assert err.startswith("BD286: The rows of postgresql://127.0.0.1:1/shop cannot be counted")
        assert "secret" not in err

    def test_in_a_variable_that_is_not_set_is_refused(self, run: Run) -> None:
        code, _, err = run("suggest", "--database", "env:NO_SUCH_DATABASE")

        assert code == 2
        assert "NO_SUCH_DATABASE is not set" in err
