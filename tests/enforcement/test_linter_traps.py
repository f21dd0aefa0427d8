"""Do import rules hold on layouts that import-linter's graph does not see, sees wrongly, or would run?"""

from __future__ import annotations

import pytest

from tests.enforcement.conftest import TinyProject

BAD = "from {root}.payments.models import models\n"


@pytest.fixture
def project(project: TinyProject) -> TinyProject:
    project.use_linter = True
    return project


def contexts(root: str) -> str:
    return "".join(f'[contexts.{name}]\npackages = ["{root}.{name}"]\n' for name in ("bookings", "payments"))


def broken(project: TinyProject) -> list[tuple[str, int]]:
    return [(found.module, found.line) for found in project.check().new if found.kind == "import"]


def test_a_folder_without_init_is_judged_all_the_same_and_named(project: TinyProject) -> None:
    project.write({"shop/bookings/steps/late.py": BAD.format(root="shop")})
    (project.folder / "shop/bookings/steps/__init__.py").unlink()

    assert broken(project) == [("shop.bookings.steps.late", 1)]
    assert any("import-linter does not see 1 modules" in notice for notice in project.graph().notices)
    assert project.graph().unresolved["import"] == 1


def test_a_dotted_root_does_not_have_its_parent_run(project: TinyProject) -> None:
    project.write(
        {
            "shop/__init__.py": "raise SystemExit('the checked code was run')\n",
            "shop/bookings/a.py": BAD.format(root="shop"),
        }
    )

    assert broken(project) == [("shop.bookings.a", 1)]
    assert not project.graph().notices


@pytest.mark.parametrize("name", ["celery", "django", "boundaries", "json"])
def test_a_root_called_like_an_installed_package_is_the_projects(project: TinyProject, name: str) -> None:
    files = {f"{name}/{part}/models.py": "models = 1\n" for part in ("bookings", "payments")}
    project.write({**files, f"{name}/bookings/a.py": BAD.format(root=name)}).map(contexts(name))

    assert broken(project) == [(f"{name}.bookings.a", 1)]


def test_a_root_that_no_import_can_name_is_refused_by_the_map(project: TinyProject, run) -> None:
    files = {f"my-shop/{part}/models.py": "models = 1\n" for part in ("bookings", "payments")}
    project.write(files).map(contexts("my-shop"))

    code, _, said = run("check")

    assert code == 2
    assert "my-shop" in said
    assert len(said.strip().splitlines()) == 1


def test_the_folder_below_such_a_one_is_its_own_root(project: TinyProject) -> None:
    files = {f"my-shop/shop/{part}/models.py": "models = 1\n" for part in ("bookings", "payments")}
    project.write({**files, "my-shop/shop/bookings/a.py": BAD.format(root="shop")})
    project.map(f'root = "my-shop"\n{contexts("shop")}')

    assert broken(project) == [("shop.bookings.a", 1)]
