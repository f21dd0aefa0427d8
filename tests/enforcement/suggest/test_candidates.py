"""Are the contexts found that somebody planted, and is what is none named as such?"""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from boundaries.contexts.map import load_map
from boundaries.enforcement.proposal import propose
from boundaries.enforcement.suggest.cluster import likeness
from boundaries.enforcement.suggest.suggestion import Sources, Suggestion, rank_contexts, suggest_contexts
from boundaries.enforcement.suggest.text import render
from tests.enforcement.suggest.planted import CONTEXTS, plant, plant_giant

CONFIG = "from django.apps import AppConfig\nclass Config(AppConfig):\n    name = 'site.{0}'\n"


def write_files(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)


def _found(suggestion: Suggestion, truth: dict[str, str]) -> dict[str, str]:
    """The suggested context of each planted app; an app that is in none is a context of its own."""
    owner = {unit: name for name, units in suggestion.members.items() for unit in units}
    return {app: owner.get(app, app) for app in truth}


class TestPlantedContexts:
    @pytest.mark.parametrize("seed", range(5))
    def test_are_found_again_in_spite_of_noise(self, tmp_path: Path, seed: int) -> None:
        planted = plant(tmp_path, seed=seed)

        suggestion = suggest_contexts(tmp_path, sources=Sources())

        assert likeness(planted.truth, _found(suggestion, planted.truth)) >= 0.9

    @pytest.mark.parametrize("contexts", [2, 3, 10])
    def test_are_found_in_any_number(self, tmp_path: Path, contexts: int) -> None:
        names = tuple(f"area{number}" for number in range(contexts))
        planted = plant(tmp_path, seed=11, contexts=names, apps_each=4)

        suggestion = suggest_contexts(tmp_path, sources=Sources())

        assert likeness(planted.truth, _found(suggestion, planted.truth)) >= 0.9

    @pytest.mark.parametrize("seed", range(3))
    def test_are_found_inside_one_giant_app(self, tmp_path: Path, seed: int) -> None:
        truth = plant_giant(tmp_path, seed=seed)

        suggestion = suggest_contexts(tmp_path, sources=Sources())

        owner = {
            unit.rpartition(".")[2]: name for name, units in suggestion.members.items() for unit in units
        }
        assert likeness(truth, {model: owner[model] for model in truth}) >= 0.9
        assert [(layer.name, layer.kind) for layer in suggestion.layers] == [("everything", "giant")]

    def test_are_called_after_one_of_their_apps(self, tmp_path: Path) -> None:
        plant(tmp_path, seed=1)

        suggestion = suggest_contexts(tmp_path, sources=Sources())

        assert {name.rpartition("_")[0] for name in suggestion.members} - {""} <= set(CONTEXTS)
        assert all(name in units for name, units in suggestion.members.items())

    def test_can_be_fewer_if_somebody_wants(self, tmp_path: Path) -> None:
        plant(tmp_path, seed=1)

        assert len(suggest_contexts(tmp_path, sources=Sources(), wanted=3).ranked) == 3


class TestProjectsWithLittleToSee:
    def test_apps_whose_models_cannot_be_seen_are_looked_at_as_a_whole(self, tmp_path: Path) -> None:
        for app in ("forum", "polls"):
            files = {
                "apps.py": CONFIG.format(app),
                "models.py": "from machinery import make\nThing = make('Thing')\n",
            }
            write_files(tmp_path / "site" / app, {"__init__.py": "", **files})

        suggestion = suggest_contexts(tmp_path, sources=Sources())

        assert set(suggestion.members) == {"forum", "polls"}
        assert suggestion.remarks[0].startswith("no model with a table was found")

    def test_one_app_with_one_model_is_one_candidate(self, tmp_path: Path) -> None:
        models = "from django.db import models\nclass Poll(models.Model):\n    pass\n"
        write_files(tmp_path / "polls", {"__init__.py": "", "models.py": models})

        suggestion = suggest_contexts(tmp_path, sources=Sources())

        assert list(suggestion.members) == ["polls"]
        assert "belongs together" in render(suggestion)

    def test_folders_that_cannot_be_imported_are_not_claimed(self, tmp_path: Path) -> None:
        plant(tmp_path, seed=1, contexts=("left", "right"))
        write_files(tmp_path / "site-2.0.data", {"left.py": "from site.left_0.models import Left0RowA\n"})
        (tmp_path / "boundaries.toml").write_text(suggest_contexts(tmp_path, sources=Sources()).as_toml())

        assert load_map(tmp_path / "boundaries.toml").context_of_module("site.left_0") is not None


class TestLayers:
    def test_are_told_by_facts_not_by_name(self, tmp_path: Path) -> None:
        plant(tmp_path, seed=1)

        layers = {layer.name: layer for layer in suggest_contexts(tmp_path, sources=Sources()).layers}

        assert {name: layer.kind for name, layer in layers.items()} == {
            "site.toolbox": "kernel",
            "pages": "entry",
        }
        assert layers["site.toolbox"].reason == "no tables; 30 of 32 others use it, it uses nobody"

    def test_a_table_that_everybody_points_at_is_no_layer(self, tmp_path: Path) -> None:
        plant(tmp_path, seed=1)

        suggestion = suggest_contexts(tmp_path, sources=Sources())

        home = next(name for name, units in suggestion.members.items() if "people" in units)
        ranked = {r.evidence.name: r for r in suggestion.ranked}
        assert len(ranked[home].evidence.holders) >= 5
        assert suggestion.ranked[-1].evidence.name == home

    def test_a_declared_context_with_a_table_is_none(self, tmp_path: Path) -> None:
        plant(tmp_path, seed=1)
        table = "from django.db import models\nclass Page(models.Model):\n    pass\n"
        (tmp_path / "site" / "pages" / "models.py").write_text(table)
        (tmp_path / "boundaries.toml").write_text(propose(tmp_path).as_toml())

        suggestion = rank_contexts(load_map(tmp_path / "boundaries.toml"), sources=Sources())

        assert "pages" in {r.evidence.name for r in suggestion.ranked}

    def test_an_app_called_core_with_business_of_its_own_is_a_context(self, tmp_path: Path) -> None:
        planted = plant(tmp_path, seed=1, contexts=("core", "utils", "common", "api"))

        suggestion = suggest_contexts(tmp_path, sources=Sources())

        assert likeness(planted.truth, _found(suggestion, planted.truth)) >= 0.9


class TestMap:
    @pytest.mark.parametrize("make", [plant, plant_giant])
    def test_ready_to_paste_is_valid_and_claims_what_was_suggested(self, tmp_path: Path, make) -> None:
        make(tmp_path, seed=1)
        suggestion = suggest_contexts(tmp_path, sources=Sources())
        (tmp_path / "boundaries.toml").write_text(suggestion.as_toml())

        context_map = load_map(tmp_path / "boundaries.toml")

        assert set(suggestion.members) <= set(context_map.contexts)
        for unit, name in suggestion.clustering.owner.items():
            claimed = suggestion.division.units[unit]
            assert {context_map.context_of_module(package) for package in claimed.packages} <= {name}
            assert {context_map.context_of_model_label(model) for model in claimed.models} <= {name}

    def test_declares_kernels_as_shared(self, tmp_path: Path) -> None:
        plant(tmp_path, seed=1)
        (tmp_path / "boundaries.toml").write_text(suggest_contexts(tmp_path, sources=Sources()).as_toml())

        assert load_map(tmp_path / "boundaries.toml").context("site_toolbox").shared


class TestTheSameSource:
    def test_gives_the_same_answer(self, tmp_path: Path) -> None:
        plant(tmp_path, seed=4)

        first, second = (suggest_contexts(tmp_path, sources=Sources()).as_dict() for _ in range(2))

        assert json.dumps(first) == json.dumps(second)

    def test_is_read_in_seconds_with_300_apps(self, tmp_path: Path) -> None:
        names = tuple(f"area{number}" for number in range(20))
        planted = plant(tmp_path, seed=2, contexts=names, apps_each=15, modules_each=11)

        started = time.process_time()
        suggestion = suggest_contexts(tmp_path, sources=Sources())

        assert sum(evidence.evidence.modules for evidence in suggestion.ranked) > 4000
        assert likeness(planted.truth, _found(suggestion, planted.truth)) >= 0.9
        assert time.process_time() - started < 30
