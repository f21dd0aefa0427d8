"""A Django project of a few files that shares nothing with ours, copied for each test that spoils it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from boundaries.contexts.map import load_map
from boundaries.strangler.code.closure import close
from boundaries.strangler.code.source import SourceTree

ASSETS = Path(__file__).parent / "assets" / "shop_project"
collect_ignore = ["assets"]


@dataclass
class Project:
    """One copy of the project; `run()` starts its Django in a process of its own."""

    root: Path
    database_url: str | None = None

    @property
    def map(self):
        return load_map(self.root / "boundaries.toml")

    def close(self, context="pay"):
        return close(SourceTree(self.map), self.map.context(context))

    def append(self, path, text):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        existing = target.read_text() if target.exists() else ""
        target.write_text(f"{existing}\n{text}\n")

    def replace(self, path, old, new):
        target = self.root / path
        text = target.read_text()
        assert old in text
        target.write_text(text.replace(old, new))

    def run(self, code, **env) -> Any:
        """Run code after `django.setup()`; the value that it leaves in `result` comes back as JSON."""
        script = f"import django\ndjango.setup()\n{code}\nimport json\nprint('\\n' + json.dumps(result))"
        settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(self.root), **env}
        if self.database_url:
            settings |= {"DATABASE_URL": self.database_url, "BOUNDARIES_MOVER_URL": self.database_url}
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=self.root,
            env=os.environ | settings,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.strip().splitlines()[-1])

    def generate(self):
        """Write the service without asking any database; returns what was done, by action."""
        return self.run(GENERATE)


GENERATE = """
from boundaries.contexts.map import current_map
from boundaries.strangler.code.blueprint import draw
from boundaries.strangler.code.folder import write
from boundaries.strangler.code.generate import generate
context = current_map().context("pay")
result = write(context.service.path, generate(draw(current_map(), context)), context="pay").as_dict()
"""


@pytest.fixture
def project(tmp_path) -> Project:
    root = tmp_path / "project"
    shutil.copytree(ASSETS, root, ignore=shutil.ignore_patterns("__pycache__"))
    return Project(root)


@pytest.fixture(scope="module")
def generated(tmp_path_factory) -> Project:
    """The project with its service written, for tests that only look."""
    root = tmp_path_factory.mktemp("generated") / "project"
    shutil.copytree(ASSETS, root, ignore=shutil.ignore_patterns("__pycache__"))
    project = Project(root)
    project.generate()
    return project


@pytest.fixture
def scaffolded(generated, tmp_path) -> Project:
    """A copy of the project with its service, to be spoilt; nothing in it knows where it lies."""
    shutil.copytree(generated.root, tmp_path / "project", ignore=shutil.ignore_patterns("__pycache__"))
    return Project(tmp_path / "project")


@pytest.fixture
def project_with_database(project, fresh_database) -> Project:
    """The same with a migrated PostgreSQL database behind it."""
    project.database_url = fresh_database().owner_url
    project.run(
        "from django.core.management import call_command\ncall_command('migrate', run_syncdb=True, verbosity=0)\nresult = 1"
    )
    return project
