"""What is needed to try a generated service alone: a copy, an environment of its own, a database."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "extracted" / "payments"
NOT_COMMITTED = ("__pycache__", ".pytest_cache", ".ruff_cache", "*.egg-info", "build", "wheelhouse")
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")


@dataclass
class Standalone:
    """A copy of the service, and a Python that has what the service declares and nothing else."""

    folder: Path
    python: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments, **options):
        """Run its Python."""
        return self._run([str(self.python), *arguments], **options)

    def shell(self, command, **options):
        """Run a command line, as a pipeline does."""
        return self._run(["bash", "-e", "-c", command], **options)

    def _run(self, command, *, check=True, cwd=None, **environment):
        done = subprocess.run(
            command,
            cwd=cwd or self.folder,
            env=bare_environment() | self.environment | environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done


def bare_environment():
    """Ours without anything that could lead a process back to this repository."""
    hidden = ("PYTHON", "DJANGO", "DATABASE", "BOUNDARIES_", "REDIS", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(hidden)}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """The kit as it would be published, built from a copy so that nothing is left in the checkout."""
    source = tmp_path_factory.mktemp("source")
    shutil.copytree(ROOT / "boundaries", source / "boundaries", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "LICENSE", "README.md"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, source)
    (source / "README.md").touch()
    wheels = tmp_path_factory.mktemp("wheelhouse")
    command = [sys.executable, *PIP, "wheel", "--no-deps", "--wheel-dir", str(wheels), str(source)]
    subprocess.run(command, check=True, timeout=240)
    [built] = wheels.glob("django_strangler-*.whl")
    return built


@pytest.fixture(scope="session")
def standalone(wheel, tmp_path_factory) -> Standalone:
    """The committed service elsewhere, installed as its README says."""
    folder = tmp_path_factory.mktemp("elsewhere") / "payments"
    shutil.copytree(COMMITTED, folder, ignore=shutil.ignore_patterns(*NOT_COMMITTED))
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    service = Standalone(folder, home / "bin" / "python")
    install = ("--python", str(service.python), "install", "--find-links", str(wheel.parent), ".[test]")
    subprocess.run([sys.executable, *PIP, *install], cwd=folder, check=True, timeout=240)
    return service


@pytest.fixture
def service(standalone, fresh_database) -> Standalone:
    """The same with a migrated database of its own; it runs under the service's role."""
    database = fresh_database()
    service = Standalone(standalone.folder, standalone.python)
    service.environment = {
        "SECRET_KEY": "only for tests",
        "BOUNDARIES_KEY_MONOLITH": KEY,
        "OWNER_URL": database.owner_url,
        "DATABASE_URL": database.service_url,
    }
    service.run("manage.py", "migrate", "--verbosity", "0", DATABASE_URL=database.owner_url)
    return service


KEY = "a key that only the two of them know"
