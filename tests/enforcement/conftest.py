"""How do these tests make a tiny project and look at it?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from boundaries import cli
from boundaries.contexts.map import load_map
from boundaries.enforcement.check import CheckResult, run_check
from boundaries.enforcement.coupling import Coupling, CouplingGraph
from boundaries.enforcement.graph import read_graph
from boundaries.enforcement.kinds import FINDERS, Analysis, Link
from boundaries.enforcement.source.cache import Cache
from boundaries.enforcement.source.reader import read_facts
from boundaries.enforcement.source.text import read_texts

TWO_CONTEXTS = """\
[contexts.bookings]
packages = ["shop.bookings"]

[contexts.payments]
packages = ["shop.payments"]
"""


@dataclass
class TinyProject:
    """A folder with two contexts, `bookings` and `payments`, and whatever a test writes into it.

    import-linter takes part where a test is about imports, as `use_linter` says; it is a process of its own.
    """

    folder: Path
    use_linter: bool = False

    def write(self, files: dict[str, str]) -> TinyProject:
        """Write files; every folder of a `.py` file becomes a package."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            for parent in path.parents if name.endswith(".py") else ():
                if parent == self.folder:
                    break
                (parent / "__init__.py").touch()
        return self

    def map(self, text: str) -> TinyProject:
        """Write the context map."""
        return self.write({"boundaries.toml": text})

    def graph(self, **options: Any) -> CouplingGraph:
        """The coupling graph."""
        options.setdefault("use_linter", self.use_linter)
        return read_graph(load_map(self.folder / "boundaries.toml"), **options).graph

    def links(self) -> tuple[list[Link], Counter[str]]:
        """What the finders find, sorted, and what they could not resolve; import-linter has no part in it."""
        context_map = load_map(self.folder / "boundaries.toml")
        texts = read_texts(context_map)
        analysis = Analysis.of(context_map, read_facts(texts, context_map, Cache(None, context_map.root)))
        found = [link for find in FINDERS.values() for link in find(analysis)]
        return sorted(
            found, key=lambda link: (link.path, link.line, link.source, link.target)
        ), +analysis.unresolved

    def check(self, **options: Any) -> CheckResult:
        """The result of a check."""
        options.setdefault("use_linter", self.use_linter)
        return run_check(load_map(self.folder / "boundaries.toml"), **options)

    def codes(self) -> list[str]:
        """The codes of all new violations."""
        return [violation.rule or "" for violation in self.check().new]


def show(coupling: Coupling | Link) -> str:
    """One coupling in one line, for comparing."""
    place = f"{coupling.path.rpartition('shop/')[2]}:{coupling.line}"
    return f"{coupling.kind} {place} {coupling.source.rpartition(':')[2]} -> {coupling.target}"


@pytest.fixture
def project(tmp_path: Path) -> TinyProject:
    tiny = TinyProject(tmp_path / "project")
    files = {f"shop/{name}/models.py": "from django.db import models\n" for name in ("bookings", "payments")}
    return tiny.write(files).map(TWO_CONTEXTS)


@pytest.fixture(autouse=True)
def own_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No cache of the user's, and no CI variables of the machine that runs the tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("CI", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(project: TinyProject, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """`run("check", "--json")` → (exit code, standard output, standard error)."""

    def run_verb(*arguments: str) -> tuple[int, str, str]:
        code = cli.main([arguments[0], "--config", str(project.folder / "boundaries.toml"), *arguments[1:]])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_verb


@pytest.fixture
def run_json(run: Callable[..., tuple[int, str, str]]) -> Callable[..., tuple[int, Any]]:
    """`run_json("check")` → (exit code, the one JSON object on standard output)."""

    def run_verb(*arguments: str) -> tuple[int, Any]:
        code, out, _ = run(*arguments, "--json")
        return code, json.loads(out)

    return run_verb
