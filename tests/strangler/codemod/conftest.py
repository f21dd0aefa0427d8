"""How do these tests make a project that really runs, and look at what became of it?"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from boundaries import cli
from boundaries.contexts.map import load_map
from boundaries.strangler.codemod.run import Chosen, Fix, find_fix

ROOT = Path(__file__).parents[3]
MAP = """\
settings = "config.settings"

[contexts.bookings]
packages = ["shop.bookings"]

[contexts.payments]
packages = ["shop.payments"]
"""
SETTINGS = """\
SECRET_KEY = "only for tests"
INSTALLED_APPS = ["shop.bookings", "shop.payments"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
"""
MANAGE = """\
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""
PAYMENT = """\
from django.db import models


class Payment(models.Model):
    amount = models.IntegerField(default=0)
"""


@dataclass
class Project:
    """A Django project of two contexts, `bookings` and `payments`, in a folder of its own."""

    folder: Path

    def write(self, files: Mapping[str, str]) -> Project:
        """Write files; each folder of a `.py` file below `shop` becomes a package."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            for parent in path.parents if name.startswith(("shop/", "config/")) else ():
                if parent == self.folder:
                    break
                (parent / "__init__.py").touch()
        return self

    def read(self, name: str) -> str:
        """The text of a file, its line ends as they are."""
        return (self.folder / name).read_bytes().decode()

    def fix(self, code: str, **options: object) -> Fix:
        """What the codemod would do."""
        with_uses = bool(options.pop("with_uses", False))
        return find_fix(
            load_map(self.folder / "boundaries.toml"), Chosen(code, **options), with_uses=with_uses
        )  # type: ignore[arg-type]

    def written(self, code: str, **options: object) -> Fix:
        """The same, written, without a migration."""
        fix = self.fix(code, **options)
        fix.write()
        return fix

    def manage(self, *arguments: str) -> str:
        """Run `manage.py`, which must succeed; what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "config.settings"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings")
    return Project(tmp_path / "project").write(
        {
            "boundaries.toml": MAP,
            "config/settings.py": SETTINGS,
            "manage.py": MANAGE,
            "shop/payments/models.py": PAYMENT,
            "shop/payments/migrations/__init__.py": "",
            "shop/bookings/models.py": "",
            "shop/bookings/migrations/__init__.py": "",
        }
    )


@pytest.fixture
def run(project: Project, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """`run("BD204", "--diff")` → (exit code, standard output, standard error)."""

    def run_fix(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(
            ["fix", "--config", str(project.folder / "boundaries.toml"), "--no-cache", *arguments]
        )
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_fix
