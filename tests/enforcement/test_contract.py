"""Do `lint-imports` and `boundaries check` give the same verdict on the same map?"""

from __future__ import annotations

import sys

import pytest

from boundaries.enforcement import linter
from tests.enforcement.conftest import TinyProject
from tests.enforcement.lint_imports import Said, lint_imports

CONFIG = """\
[tool.importlinter]
root_packages = ["shop"]
exclude_type_checking_imports = true
contract_types = ["boundaries: boundaries.enforcement.contract.ContextContract"]

[[tool.importlinter.contracts]]
name = "Contexts meet at their doors"
type = "boundaries"

[tool.boundaries.contexts.payments]
packages = ["shop.payments"]

[tool.boundaries.contexts.bookings]
packages = ["shop.bookings"]
{rest}
"""
BAD = "from shop.payments.models import models\n"
GOOD = "from shop.payments.public import pay\n"
FILES = {
    "bad.py": BAD,
    "good.py": GOOD,
    "late.py": f"def late():\n    {BAD}    {GOOD}",
    "typed.py": f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {BAD}",
    "relative.py": "from ..payments import models, public\n",
    "excused.py": f"# boundaries: allow BD202 -- for now\n{BAD}{BAD}",
    "unexcused.py": f"# boundaries: allow BD202\n{BAD}",
    "tests/test_a.py": BAD,
    "migrations/0001_a.py": BAD,
    "__init__.py": f"import os\n{BAD}",
}


def verdict(project: TinyProject) -> Said:
    """What `lint-imports` says when the map stands in its own file."""
    project.folder.joinpath("boundaries.toml").rename(project.folder / "pyproject.toml")
    said = lint_imports(project.folder)
    project.folder.joinpath("pyproject.toml").rename(project.folder / "boundaries.toml")
    return said


@pytest.mark.parametrize(
    ("rest", "count"),
    [("", 6), ("calls = []", 10), ('calls = []\nlistens_to = ["payments"]', 6), ('mode = "open"', 0)],
    ids=["undeclared", "nothing declared", "listens", "open"],
)
def test_both_call_the_same_imports_broken(project: TinyProject, rest: str, count: int) -> None:
    project.write({f"shop/bookings/{name}": text for name, text in FILES.items()})
    project.write(
        {"shop/payments/public.py": "def pay(): ...\n", "boundaries.toml": CONFIG.format(rest=rest)}
    )
    ours = {(v.module, v.target, v.line) for v in project.check(use_linter=True).new if v.kind == "import"}

    said = verdict(project)

    assert said.broken == ours, said.text
    assert len(ours) == count
    assert said.kept == (not ours)


def test_both_forgive_what_the_baseline_knows(project: TinyProject) -> None:
    project.write({"shop/bookings/a.py": BAD, "boundaries.toml": CONFIG.format(rest="")})
    project.check(accept_new="adopted")
    assert verdict(project).kept

    project.write({"shop/bookings/b.py": BAD})

    said = verdict(project)
    assert not said.kept
    assert said.broken == {("shop.bookings.b", "shop.payments.models", 1)}
    assert "BD202: foreign internals" in said.text


class TestTheAdapter:
    def test_says_what_kept_import_linter_from_working(self, project: TinyProject) -> None:
        project.write({"shop/bookings/a.py": BAD, "shop/bookings/b.py": "def broken(:\n"})

        graph = project.graph(use_linter=True)

        assert [c.rule for c in graph.couplings] == ["BD202"]
        assert any("import-linter could not run" in notice for notice in graph.notices)

    def test_tells_where_to_get_it(self, project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "importlinter", None)

        with pytest.raises(linter.LinterMissing) as caught:
            project.graph(use_linter=True)

        assert "django-strangler[lint]" in str(caught.value)
