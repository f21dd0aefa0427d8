"""Is the kit a good guest in a project whose own apps and commands have the names of its rooms and verbs?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from boundaries.testing.database import throw_away_database
from boundaries.testing.servers import Servers

HERE = Path(__file__).parent
KIT = HERE.parents[1]
GUESTS_COMMANDS = ["extract", "route", "doctor", "status"]
GUESTS_TABLES = {"contexts_court", "messaging_letter", "watch_clock", "facades_house"}


class Project:
    """The project, migrated, on a database of its own."""

    def __init__(self, folder: Path, database: Any) -> None:
        self.folder, self.database = folder, database

    def run(self, *command: str, as_owner: bool = False) -> subprocess.CompletedProcess[str]:
        """Run Python in the project's folder."""
        hidden = ("DJANGO", "DATABASE", "BOUNDARIES", "PYTHON", "CI")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        environment |= {
            "DATABASE_URL": self.database.owner_url if as_owner else self.database.app_url,
            "DJANGO_SETTINGS_MODULE": "guest.settings",
            "BOUNDARIES_MOVER_URL": self.database.mover_url,
            "PYTHONPATH": os.pathsep.join([str(self.folder), str(KIT)]),
        }
        return subprocess.run(
            [sys.executable, *command], cwd=self.folder, env=environment, capture_output=True, text=True,
            timeout=90, check=False,
        )  # fmt: skip

    def manage(self, *arguments: str, as_owner: bool = False) -> subprocess.CompletedProcess[str]:
        """Run a management command, which must succeed."""
        done = self.run("manage.py", *arguments, as_owner=as_owner)
        assert done.returncode == 0, done.stdout + done.stderr
        return done


@pytest.fixture(scope="module")
def project(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("guest") / "project"
    shutil.copytree(HERE / "project", folder, ignore=shutil.ignore_patterns("__pycache__"))
    with throw_away_database(admin_url=servers.admin_url("alpha")) as database:
        project = Project(folder, database)
        project.manage("migrate", "--verbosity", "0", as_owner=True)
        yield project


@pytest.fixture(scope="module")
def names(project: Project) -> dict[str, Any]:
    """Everything that the kit has brought in, by kind."""
    done = project.run("-W", "ignore", str(HERE / "names.py"))
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def of_the_kit(found: list[str]) -> bool:
    return bool(found) and all(name.startswith("boundaries") for name in found)


class TestInstalledBesideAppsOfTheSameNames:
    def test_the_checks_of_the_project_pass(self, project: Project) -> None:
        assert "no issues" in project.manage("check", "--fail-level", "WARNING").stdout

    def test_no_migration_is_missing_on_either_side(self, project: Project) -> None:
        project.manage("makemigrations", "--check", "--dry-run")

    @pytest.mark.parametrize("command", GUESTS_COMMANDS)
    def test_the_commands_of_the_project_are_still_its_own(self, project: Project, command: str) -> None:
        assert project.manage(command).stdout == f"the guest's own {command}\n"

    @pytest.mark.parametrize("verb", ["route messaging", "status", "map", "extract messaging"])
    def test_the_verbs_of_the_kit_work(self, project: Project, verb: str) -> None:
        done = project.run("manage.py", "boundaries", *verb.split())

        assert done.returncode == 0, done.stdout + done.stderr
        assert "messaging" in done.stdout
        assert "the guest's own" not in done.stdout

    def test_the_console_script_is_the_same(self, project: Project) -> None:
        by_script = project.run("-m", "boundaries", "route", "--json")
        by_django = project.run("manage.py", "boundaries", "route", "--json")

        assert json.loads(by_script.stdout) == json.loads(by_django.stdout)

    def test_the_check_of_the_project_is_clean(self, project: Project) -> None:
        done = project.run("-m", "boundaries", "check", "--no-cache")

        assert done.returncode == 0, done.stdout + done.stderr


class TestEverythingThatTheKitBrings:
    def test_has_labels_of_its_own(self, names: dict[str, Any]) -> None:
        assert len(names["labels"]) == 5
        assert all(label.startswith("boundaries_") for label in names["labels"])

    def test_has_tables_of_its_own(self, names: dict[str, Any]) -> None:
        assert all(table.startswith("boundaries_") for table in names["model_tables"])
        others = {
            name for name in names["tables"] if not name.startswith(("boundaries_", "django_", "auth_"))
        }
        assert others == GUESTS_TABLES

    @pytest.mark.parametrize("kind", ["urls", "tasks", "cache_keys", "metrics"])
    def test_has_names_of_its_own(self, names: dict[str, Any], kind: str) -> None:
        assert of_the_kit(names[kind]), names[kind]

    def test_is_one_command(self, names: dict[str, Any]) -> None:
        assert list(names["commands"]) == ["boundaries"]

    def test_hides_no_package_of_the_project(self, names: dict[str, Any]) -> None:
        assert names["testing"] == "the guest's own"
