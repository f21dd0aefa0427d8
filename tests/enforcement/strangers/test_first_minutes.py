"""What does a stranger live through in the first twenty minutes, from `pip install` to the first useful red build?"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.enforcement.strangers.look import ROOT, Run, run_verb
from tests.enforcement.strangers.project import STRANGERS, fetch

MOST_SECONDS = 20 * 60.0
TEAMS = ("Red team", "Blue team")
KEY = "\n\nclass Added(models.Model):\n    added = models.ForeignKey({target!r}, on_delete=models.CASCADE)\n"


@dataclass(frozen=True)
class Newcomer:
    """Somebody with a bare checkout, and an environment that holds the kit and nothing of the project."""

    checkout: Path
    python: Path
    started: float

    def run(self, *arguments: str) -> Run:
        """Run a verb of the installed kit."""
        return run_verb(
            self.checkout, self.checkout.parent / "cache", *arguments, python=str(self.python), path=""
        )


@pytest.fixture
def newcomer(request: pytest.FixtureRequest, tmp_path: Path) -> Newcomer:
    [stranger] = [stranger for stranger in STRANGERS if stranger.name == request.param]
    fetched = fetch(stranger, tmp_path / "fetched")
    started = time.monotonic()
    return Newcomer(fetched, _install(tmp_path), started)


@pytest.mark.nightly
@pytest.mark.timeout(600)
@pytest.mark.parametrize("newcomer", ["django-oscar", "misago"], indirect=True)
def test_the_first_twenty_minutes(newcomer: Newcomer) -> None:
    _init_tells_what_it_found(newcomer)
    _a_fresh_check_is_short_and_passes(newcomer)
    _the_map_is_one_page(newcomer)
    _the_baseline_is_split_by_owner(newcomer)
    _one_bad_key_gives_one_annotation(newcomer)

    assert time.monotonic() - newcomer.started < MOST_SECONDS


def _init_tells_what_it_found(newcomer: Newcomer) -> None:
    said = newcomer.run("init", "--write")

    assert said.code == 0
    for word in ("# root: ", " Django apps (", "# settings: ", "Written: "):
        assert word in said.out
    assert len(said.out.splitlines()) <= 10


def _a_fresh_check_is_short_and_passes(newcomer: Newcomer) -> None:
    said = newcomer.run("check")

    assert (said.code, said.err) == (0, "")
    assert len(said.out.splitlines()) <= 20
    assert "counted, not failing: " in said.out


def _the_map_is_one_page(newcomer: Newcomer) -> None:
    assert newcomer.run("map", "--format", "html", "--output", "map.html").code == 0

    page = (newcomer.checkout / "map.html").read_text()
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert not re.search(r"""(?:src|href)=["']https?:""", page)


def _the_baseline_is_split_by_owner(newcomer: Newcomer) -> None:
    teams = iter(TEAMS * 100)
    path = newcomer.checkout / "boundaries.toml"
    owned = re.sub(r'mode = "open"', lambda _: f'owner = "{next(teams)}"', path.read_text())
    handles = "".join(f'"{team}" = ["@shop/{team.split()[0].lower()}"]\n' for team in TEAMS)
    path.write_text(f'{owned}\n[baseline]\nsplit = "owned"\n\n[owners]\n{handles}')

    assert newcomer.run("check").code == 1
    assert newcomer.run("check", "--accept-new", "adopted with what is there").code == 0
    assert newcomer.run("owners", "--write").code == 0
    assert newcomer.run("check", "--ci").code == 0

    baselines = list(newcomer.checkout.rglob("boundaries-baseline.json"))
    assert len(baselines) > 5
    said = (newcomer.checkout / ".github" / "CODEOWNERS").read_text()
    assert "@shop/red" in said
    assert "@shop/blue" in said


def _one_bad_key_gives_one_annotation(newcomer: Newcomer) -> None:
    relations = json.loads(newcomer.run("couplings", "--kind", "relation", "--json").out)["couplings"]
    contexts = json.loads(newcomer.run("map", "--json").out)["contexts"]
    folders = {context["name"]: f"{context['packages'][0].replace('.', '/')}/" for context in contexts}
    # An inherited relation stands in the file of the base, which may be the target's own.
    models, target = next(
        (newcomer.checkout / row["path"], row["target"])
        for row in relations
        if row["path"].startswith(folders[row["source_context"]])
        and "from django.db import models" in (newcomer.checkout / row["path"]).read_text()
    )
    models.write_text(models.read_text() + KEY.format(target=target))

    said = newcomer.run("check", "--ci", "--format", "github")

    assert said.code == 1
    [annotation] = said.out.splitlines()
    assert annotation.startswith(f"::error file={models.relative_to(newcomer.checkout).as_posix()},line=")
    assert "::BD204 foreign key constraint across contexts (" in annotation
    assert f'Replace the field by Reference("{target}")' in annotation


def _install(folder: Path) -> Path:
    """The kit in an environment of its own, from a copy of its sources."""
    sources = folder / "kit"
    sources.mkdir()
    shutil.copytree(ROOT / "boundaries", sources / "boundaries", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, sources / name)
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(folder / "env")], check=True, timeout=120
    )
    python = folder / "env" / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check",
         f"{sources}[lint]"],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return python
