"""Does `boundaries init` find its way in a project that nobody prepared, and say what it found and why?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from boundaries import cli
from boundaries.contexts.map import load_map
from tests.enforcement.conftest import TinyProject

Init = Callable[..., dict[str, Any]]

MANAGE = "import os\ndef main():\n    os.environ.setdefault('DJANGO_SETTINGS_MODULE', '{}')\n"
CONFIG = "from django.apps import AppConfig\nclass OneConfig(AppConfig):\n    name = '{}'\n"
SETTINGS = "SECRET_KEY = 'x'\nINSTALLED_APPS = [{}]\n"


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TinyProject:
    """An empty folder, which is the current one."""
    (tmp_path / "bare").mkdir()
    monkeypatch.chdir(tmp_path / "bare")
    return TinyProject(tmp_path / "bare")


@pytest.fixture
def shop(bare: TinyProject) -> TinyProject:
    return bare.write(
        {
            "manage.py": MANAGE.format("site.settings.dev"),
            "apps/orders/apps.py": f"{CONFIG.format('apps.orders')}    label = 'sales'\n",
            "apps/stock/models.py": "",
            "apps/stock/tests/models.py": "",
            "apps/mail/migrations/0001_initial.py": "",
            "lib/strings.py": "",
        }
    )


@pytest.fixture
def init(capsys: pytest.CaptureFixture[str]) -> Init:
    """`init()` → what it says as JSON."""

    def run_init(*arguments: str) -> dict[str, Any]:
        assert cli.main(["init", "--json", *arguments]) == 0
        return json.loads(capsys.readouterr().out)

    return run_init


def packages(said: dict[str, Any]) -> dict[str, str]:
    return {name: context["packages"][0] for name, context in said["contexts"].items()}


class TestProposal:
    def test_has_one_open_context_per_app(self, shop: TinyProject, init: Init) -> None:
        said = init()

        assert said["settings"] == "site.settings.dev"
        assert said["contexts"] == {
            "mail": {"packages": ["apps.mail"], "mode": "open"},
            "sales": {"packages": ["apps.orders"], "mode": "open"},
            "stock": {"packages": ["apps.stock"], "mode": "open"},
        }
        assert not (shop.folder / "boundaries.toml").exists()

    def test_says_which_folders_no_import_can_name(self, shop: TinyProject, init: Init) -> None:
        shop.write({"apps/2fa/models.py": "", "my-site/blog/models.py": ""})

        said = init()

        assert set(packages(said)) == {"mail", "sales", "stock"}
        assert "left out: apps.2fa: no `import` can name it" in said["remarks"]
        assert any("my-site" in remark for remark in said["remarks"])

    def test_takes_a_part_of_an_app_for_no_app_of_its_own(self, bare: TinyProject, init: Init) -> None:
        abstract = "from django.db import models\nclass Base(models.Model):\n    class Meta(Other.Meta):\n        abstract = True\n"
        bare.write(
            {
                "core/apps/__init__.py": CONFIG.format("core"),
                "stock/apps.py": CONFIG.format("stock"),
                "stock/models/__init__.py": "",
                "stock/models/models.py": abstract.replace("abstract = True", "ordering = ()"),
                "stock/base/models.py": f"class Mixin(object):\n    pass\n{abstract}",
                "stock/nested/models.py": abstract.replace("abstract = True", "ordering = ()"),
            }
        )

        assert packages(init()) == {"core": "core", "stock": "stock", "nested": "stock.nested"}

    def test_says_what_told_that_each_is_an_app(self, shop: TinyProject, init: Init) -> None:
        said = init()

        assert {app["package"]: app["reason"] for app in said["apps"]} == {
            "apps.mail": "migrations",
            "apps.orders": "an AppConfig",
            "apps.stock": "a models module",
        }
        assert "named by their label: sales is apps.orders" in said["remarks"]

    def test_counts_apps_that_only_the_settings_name(self, bare: TinyProject, init: Init) -> None:
        bare.write(
            {"pages/views.py": "", "stock/models.py": "", "conf/settings.py": SETTINGS.format("'pages'")}
        )

        assert packages(init()) == {"pages": "pages", "stock": "stock"}

    def test_keeps_apart_what_has_the_same_label(self, bare: TinyProject, init: Init) -> None:
        bare.write({"a/users/models.py": "", "b/users/models.py": ""})

        said = init()

        assert packages(said) == {"a_users": "a.users", "b_users": "b.users"}
        assert "labels used twice, named by package instead: users" in said["remarks"]

    def test_leaves_out_apps_for_tests_and_copies_of_packages(self, bare: TinyProject, init: Init) -> None:
        bare.write(
            {"shop/orders/models.py": "", "shop/test_utils/models.py": "", "shop/dist/lib/models.py": ""}
        )
        for name in ("one", "two"):
            (bare.folder / "shop" / "dist" / f"{name}-1.0.dist-info").mkdir()

        said = init("--write")

        assert packages(said) == {"orders": "shop.orders"}
        assert said["exclude"] == ["shop/dist", "shop/test_utils"]
        assert load_map(Path(said["written"])).check.exclude == ("shop/dist", "shop/test_utils")

    def test_needs_an_app(self, bare: TinyProject, capsys: pytest.CaptureFixture[str]) -> None:
        bare.write({"lib/strings.py": ""})

        assert cli.main(["init"]) == 2
        assert capsys.readouterr().err.startswith("BD294: ")


class TestRoot:
    def test_is_where_the_packages_are_imported_from(self, bare: TinyProject, init: Init) -> None:
        bare.write({"src/shop/orders/models.py": "", "src/shop/stock/apps.py": CONFIG.format("shop.stock")})
        (bare.folder / "src" / "__init__.py").unlink()

        said = init("--write")

        assert (said["root"], packages(said)) == ("src", {"orders": "shop.orders", "stock": "shop.stock"})
        assert load_map(Path(said["written"])).root == bare.folder / "src"
        assert said["remarks"][0] == "root: src (packages are imported from there)"

    @pytest.mark.parametrize(
        "evidence",
        [
            {"apps/stock/apps.py": CONFIG.format("apps.stock")},
            {"site/settings.py": SETTINGS.format("'apps.stock'")},
        ],
        ids=["an AppConfig", "the settings"],
    )
    def test_may_hold_packages_without_init_files(
        self, bare: TinyProject, init: Init, evidence: dict[str, str]
    ) -> None:
        bare.write({"apps/stock/models.py": "", **evidence})
        (bare.folder / "apps" / "__init__.py").unlink()

        assert packages(init()) == {"stock": "apps.stock"}

    def test_is_that_of_the_larger_project_where_there_are_several(
        self, bare: TinyProject, init: Init
    ) -> None:
        for path in ("backend/orders", "backend/stock", "billing/invoices"):
            bare.write({f"{path}/models.py": ""})
        for name in ("backend", "billing"):
            bare.write({f"{name}/manage.py": MANAGE.format(f"{name}_settings")})
            (bare.folder / name / "__init__.py").unlink()

        said = init("--write")

        assert (said["root"], packages(said)) == ("backend", {"orders": "orders", "stock": "stock"})
        assert said["settings"] == "backend_settings"
        assert "left out: 1 app imported from billing: run `boundaries init` there too" in said["remarks"]
        assert cli.main(["check"]) == 0

    def test_is_not_left_for_one_app_with_an_odd_name(self, bare: TinyProject, init: Init) -> None:
        bare.write({f"shop/{name}/apps.py": CONFIG.format(f"shop.{name}") for name in ("orders", "stock")})
        bare.write({"shop/mail/apps.py": CONFIG.format("mail")})

        said = init()

        assert packages(said) == {"mail": "shop.mail", "orders": "shop.orders", "stock": "shop.stock"}


class TestSettings:
    def test_are_those_that_manage_py_names_and_the_others_are_listed(
        self, bare: TinyProject, init: Init
    ) -> None:
        bare.write(
            {
                "manage.py": MANAGE.format("site.settings.dev"),
                "site/wsgi.py": MANAGE.format("site.settings.prod"),
                "site/settings/base.py": SETTINGS.format("'stock'"),
                "site/settings/dev.py": "from .base import *\n",
                "site/settings/prod.py": "from site.settings.base import *\n",
                "site/settings/ci.py": "from .base import *\n",
                "stock/models.py": "",
            }
        )

        said = init()

        assert said["settings"] == "site.settings.dev"
        assert said["remarks"][-2:] == [
            "settings: site.settings.dev (manage.py names it)",
            (
                "other settings modules: site.settings.prod (site/wsgi.py names it), site.settings.base "
                "(it defines INSTALLED_APPS), site.settings.ci (it extends another)"
            ),
        ]

    def test_are_taken_from_where_tests_are_configured(self, bare: TinyProject, init: Init) -> None:
        bare.write({"stock/models.py": "", "pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = conf.testing\n"})

        said = init()

        assert said["settings"] == "conf.testing"
        assert said["remarks"][-1] == (
            "settings: conf.testing (pytest.ini names it, but it does not lie below the root)"
        )

    def test_are_left_to_people_where_nothing_tells(self, bare: TinyProject, init: Init) -> None:
        bare.write(
            {
                "stock/models.py": "",
                "a/settings.py": SETTINGS.format(""),
                "b/settings.py": SETTINGS.format(""),
            }
        )

        said = init()

        assert said["settings"] is None
        assert (
            "settings: nothing says which; add `settings` for the verbs that start Django" in said["remarks"]
        )


class TestWriting:
    def test_gives_a_map_that_checks_clean(
        self, shop: TinyProject, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(["init", "--write"]) == 0
        assert cli.main(["check"]) == 0

        assert "Clean: 3 contexts" in capsys.readouterr().out
        assert cli.main(["init", "--write"]) == 2

    def test_adds_to_a_pyproject(self, shop: TinyProject) -> None:
        shop.write({"pyproject.toml": '[project]\nname = "x"\n'})

        assert cli.main(["init", "--write"]) == 0

        text = (shop.folder / "pyproject.toml").read_text()
        assert text.startswith('[project]\nname = "x"\n\n[tool.boundaries]\nsettings = "site.settings.dev"\n')
        assert cli.main(["check"]) == 0

    def test_goes_into_the_file_that_is_named(self, shop: TinyProject) -> None:
        shop.write({"pyproject.toml": ""})

        named = str(shop.folder / "contexts.toml")

        assert cli.main(["init", "--write", "--config", named]) == 0
        assert cli.main(["check", "--config", named]) == 0
        assert cli.main(["init", "--write", "--config", named]) == 2
        assert (shop.folder / "pyproject.toml").read_text() == ""

    def test_does_not_touch_a_pyproject_that_is_broken(
        self, shop: TinyProject, capsys: pytest.CaptureFixture[str]
    ) -> None:
        shop.write({"pyproject.toml": "[project\n"})

        assert cli.main(["init", "--write"]) == 2
        assert capsys.readouterr().err.startswith("BD102: ")
        assert (shop.folder / "pyproject.toml").read_text() == "[project\n"
