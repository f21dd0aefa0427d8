"""Does the source say of the torture project's models what its running Django says?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from boundaries.contexts.map import load_map
from boundaries.enforcement import api as lint
from boundaries.strangler.planning import model_source

TORTURE = Path(__file__).parents[2] / "projects" / "torture"
WITH_KIT = """
from theatre.settings import *
INSTALLED_APPS += ["boundaries.contexts", "boundaries.facades", "boundaries.messaging", "boundaries.strangler"]
BASE_DIR = "{root}"
BOUNDARIES = {{"MAP": "boundaries.toml"}}
"""
SAY = """
import django, json
from dataclasses import asdict
from pathlib import Path
django.setup()
from boundaries.strangler.planning import models
root = Path("{root}")
print(json.dumps({{
    "relations": [asdict(found) for found in models.find_relations("{context}", root=root)],
    "models": [asdict(found) for found in models.describe_models("{context}", root=root)],
    "keys": sorted(models.find_known_keys()),
    "generic": models.find_generic_foreign_keys_elsewhere("{context}"),
}}))
"""
CONTEXTS = ("ticketing", "people", "stage", "press")
# Tables of Django's own apps: no code of the project tells of them.
_DJANGOS = ("auth_", "django_")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    root = tmp_path_factory.mktemp("torture") / "theatre"
    shutil.copytree(TORTURE, root, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "theatre" / "with_kit.py").write_text(WITH_KIT.format(root=root))
    return root


def by_django(root, context):
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "theatre.with_kit", "THEATRE_SECRET_KEY": "x",
               "PYTHONPATH": f"{root}{os.pathsep}{TORTURE.parents[2]}"}  # fmt: skip
    environ.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", SAY.format(root=root, context=context)],
        cwd=root, env=environ, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("context", CONTEXTS)
def test_relations_models_and_keys_are_the_same(project, context):
    context_map = load_map(project / "boundaries.toml")
    analysis, graph = lint.analysis(context_map), lint.coupling_graph(context_map)
    known = by_django(project, context)

    relations = model_source.find_relations(analysis, context, graph.couplings)
    assert as_set(map(asdict, relations)) == as_set(known["relations"], without=context == "people")
    assert as_set(map(asdict, model_source.describe_models(analysis, context))) == as_set(known["models"])
    assert sorted(model_source.find_generic_foreign_keys_elsewhere(analysis, context)) == sorted(
        known["generic"]
    )


def test_known_keys_are_those_of_the_projects_own_tables(project):
    analysis = lint.analysis(load_map(project / "boundaries.toml"))
    own = {
        tuple(pair) for pair in by_django(project, "ticketing")["keys"] if not pair[0].startswith(_DJANGOS)
    }

    own = {pair for pair in own if not pair[0].startswith(("boundaries_", "people_visitor_"))}
    assert own <= model_source.find_known_keys(analysis)


def as_set(rows, *, without=False):
    """`without` what Django's own apps bring: groups and permissions of `AbstractUser`, the admin's log."""
    kept = (
        row
        for row in rows
        if not (without and {row["source_context"], row["target_context"]} == {None, "people"})
    )
    return {json.dumps(row, sort_keys=True) for row in kept}


def test_a_parent_table_of_a_package_is_refused_and_an_unknown_one_is_named(tmp_path):
    (tmp_path / "site_pages").mkdir()
    (tmp_path / "site_pages" / "models.py").write_text(
        "from django.contrib.flatpages.models import FlatPage\nfrom vendor.models import Thing, ThingMixin\n\n\n"
        "class Home(FlatPage):\n    pass\n\n\nclass Odd(ThingMixin, Thing):\n    pass\n"
    )
    (tmp_path / "boundaries.toml").write_text('[contexts.pages]\npackages = ["site_pages"]\n')
    analysis = lint.analysis(load_map(tmp_path / "boundaries.toml"))

    [relation] = model_source.find_relations(analysis, "pages", ())

    assert (relation.kind, relation.target, relation.place.line) == ("inheritance", "flatpages.FlatPage", 5)
    assert model_source.find_unknown_parents(analysis, "pages") == [("site_pages.Odd", "vendor.Thing")]
