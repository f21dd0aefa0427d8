"""Does the source show every relation that a running project knows, in projects that are not ours?"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from boundaries import cli
from boundaries.contexts.map import load_map
from boundaries.enforcement.exact.observation import Observation
from boundaries.enforcement.exact.start import observe
from boundaries.enforcement.exact.testimony import exact_witness
from boundaries.enforcement.graph import read_graph

SETTINGS = Path(__file__).parent / "foreign"
SCHEMA = {"relation", "generic", "inheritance"}


def install(folder: Path, requirement: str, package: str) -> Path:
    """An environment with the project; its package lies in `folder/root`, as a checkout would."""
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = environment / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", requirement], check=True, timeout=500)
    [found] = environment.glob(f"lib/*/site-packages/{package}")
    shutil.move(found, folder / "root" / package)
    for settings in SETTINGS.glob(f"{package}_*.py"):
        shutil.copy(settings, folder / "root")
    return python


@pytest.mark.nightly
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("requirement", "package", "at_least"),
    [
        ("django-oscar==4.2.1", "oscar", 30),
        ("misago==0.39.6", "misago", 46),
        ("pretix==2026.8.0", "pretix", 42),
        ("nautobot==3.2.7", "nautobot", 316),
    ],
)
def test_no_relation_is_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, requirement: str, package: str, at_least: int
) -> None:
    (tmp_path / "root").mkdir()
    python = install(tmp_path, requirement, package)
    monkeypatch.chdir(tmp_path / "root")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", f"{package}_settings")
    assert cli.main(["init", "--write"]) == 0
    context_map = load_map(tmp_path / "root" / "boundaries.toml")

    observation: Observation = observe(context_map, python=str(python))
    graph = read_graph(context_map, use_linter=False, witnesses=[exact_witness(observation)]).graph

    # Some ask their broker for tasks, and there is none.
    assert [problem for problem in observation.problems if not problem.startswith("Celery tasks")] == []
    assert sum(c.kind == "relation" for c in graph.couplings) >= at_least
    assert [d for d in graph.disagreements or () if d.kind in SCHEMA] == []
