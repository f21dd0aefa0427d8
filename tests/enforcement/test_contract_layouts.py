"""Do `lint-imports` and `boundaries check` agree on projects of every layout, generated and whole?"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from boundaries.contexts.map import ContextMap, load_map
from boundaries.enforcement import linter
from boundaries.enforcement.check import run_check
from tests.enforcement.lint_imports import Broken, lint_imports

PROJECTS = Path(__file__).parents[1] / "projects"
CONFIG = """\
[tool.importlinter]
root_packages = {roots}
exclude_type_checking_imports = true
contract_types = ["boundaries: boundaries.enforcement.contract.ContextContract"]

[[tool.importlinter.contracts]]
name = "Contexts meet at their doors"
type = "boundaries"
map = "boundaries.toml"
"""
CONTEXTS = ("bookings", "payments", "people")
MODULES = (
    "",
    "models",
    "public",
    "steps",
    "steps.late",
    "steps.deep.er",
    "tests.test_a",
    "migrations.0001_a",
)
NAMES = ("models", "public", "steps", "thing", "*")


@dataclass(frozen=True)
class Layout:
    """Where the contexts' packages lie: below `root`, in the package that `prefix` names.

    `bare` folders have no `__init__.py`; such a folder `hides` what is in it from import-linter, unless it is a root.
    """

    root: str = "."
    prefix: str = "shop."
    bare: tuple[str, ...] = ()
    hides: bool = False

    def package(self, context: str) -> str:
        return f"{self.prefix}{context}"


LAYOUTS = {
    "flat": Layout(),
    "src": Layout(root="src"),
    "several roots": Layout(prefix=""),
    "several roots under src": Layout(root="src", prefix=""),
    "deep": Layout(prefix="company.shop.apps."),
    "a namespace package above": Layout(prefix="company.shop.", bare=("company",)),
    "a folder without init inside": Layout(bare=("shop/payments/steps",), hides=True),
    "folders without init throughout": Layout(
        prefix="", bare=("bookings", "bookings/steps", "payments/steps/deep"), hides=True
    ),
}


def write_layout(folder: Path, layout: Layout, draw: random.Random) -> None:
    """Write three contexts whose modules import each other in every form that Python has."""
    source = folder / layout.root
    for context in CONTEXTS:
        for module in MODULES:
            path = source.joinpath(*f"{layout.package(context)}.{module}".rstrip(".").split("."))
            is_package = module in {"", "steps"}
            path = path / "__init__.py" if is_package else path.with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(statements(layout, context, module, draw)))
    for path in sorted(source.rglob("*")):
        if path.is_dir():
            (path / "__init__.py").touch()
    for bare in layout.bare:
        (source / bare / "__init__.py").unlink()
    doors = "".join(
        f'[contexts.{context}]\npackages = ["{layout.package(context)}"]\n'
        f"{'calls = []' if context == 'people' else ''}\n"
        for context in CONTEXTS
    )
    (folder / "boundaries.toml").write_text(f'root = "{layout.root}"\n{doors}')


def statements(layout: Layout, context: str, module: str, draw: random.Random) -> Iterator[str]:
    """A few imports, most of them of another context."""
    yield "thing = 1\nfrom typing import TYPE_CHECKING\n"
    depth = module.count(".") + (module not in {"", "steps"}) + (module == "steps") if module else 0
    for _ in range(draw.randint(2, 6)):
        other = draw.choice(CONTEXTS)
        target = f"{layout.package(other)}.{draw.choice(MODULES[:6])}".rstrip(".")
        forms = [
            f"import {target}",
            f"import {target} as other",
            f"from {target} import {draw.choice(NAMES)}",
            f"from {target} import (\n    thing,\n    models as them,\n)",
        ]
        if layout.prefix:
            forms.append(f"from {'.' * (depth + 2)}{other} import {draw.choice(NAMES)}")
        statement = draw.choice(forms)
        around = draw.choice(
            (
                "{}",
                "{}",
                "def late():\n    {}",
                "if TYPE_CHECKING:\n    {}",
                "try:\n    {}\nexcept ImportError: ...",
            )
        )
        if "*" in statement or "\n" in statement:
            around = "{}"
        yield around.format(statement) + "\n"


def ours_and_theirs(folder: Path) -> tuple[Broken, Broken, ContextMap]:
    """The imports that break a rule, as each of the two says."""
    context_map = load_map(folder / "boundaries.toml")
    (folder / "lint.toml").write_text(CONFIG.format(roots=json.dumps(linter.root_packages(context_map))))
    found = run_check(context_map).new
    said = lint_imports(folder, "--config", "lint.toml", path=context_map.root)
    ours = {(v.module, v.target, v.line) for v in found if v.kind == "import"}
    assert said.kept == (not said.broken), said.text
    return ours, said.broken, context_map


def seen_by_theirs(context_map: ContextMap) -> frozenset[str]:
    """The modules in import-linter's graph."""
    return linter.read_verdict(linter.start(context_map).answer()).modules


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_both_call_the_same_imports_broken_on_every_layout(tmp_path: Path, layout: Layout) -> None:
    write_layout(tmp_path, layout, random.Random(21))

    ours, theirs, context_map = ours_and_theirs(tmp_path)

    seen = seen_by_theirs(context_map)
    shared = {row for row in ours if {row[0], row[1]} <= seen}
    assert shared <= theirs
    # What it does not see, it takes for the package above.
    assert {(row[0], row[2]) for row in theirs - shared} <= {(row[0], row[2]) for row in ours - shared}
    assert len(shared) > 10
    assert bool(ours - shared) == layout.hides


@pytest.mark.parametrize("name", ["depot", "library", "torture"])
def test_both_call_the_same_imports_broken_in_whole_projects(tmp_path: Path, name: str) -> None:
    """Each context gets a module that takes what it should not from every other."""
    shutil.copytree(PROJECTS / name, tmp_path, dirs_exist_ok=True)
    contexts = load_map(tmp_path / "boundaries.toml").contexts
    packages = {context.name: context.packages[0] for context in contexts.values()}
    for package in packages.values():
        others = [other for other in packages.values() if other != package]
        text = "".join(f"import {other}\nfrom {other} import models, public\n" for other in others)
        (tmp_path / package.replace(".", "/") / "stray.py").write_text(text)

    ours, theirs, _ = ours_and_theirs(tmp_path)

    assert theirs == ours
    assert ours or len(packages) == 1
