"""How long does `boundaries fix` take to rewrite a foreign key, and all that reads its key, in each app of a project?

A thousand files of some hundred lines: four in each app, three of which are rewritten.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.bench.measure import seconds_of
from tests.bench.place import Place
from tests.bench.report import Row

_APPS = 250
_FILLING = "\n\ndef total_{n}(lines, *, currency=None):\n    return sum(line.amount for line in lines if line.currency == currency)\n"
_LINES = "".join(_FILLING.format(n=n) for n in range(25))
_MODELS = """\
from django.db import models


class Item{n}(models.Model):
    name = models.CharField(max_length=20)
    before = models.ForeignKey("app{before}.Item{before}", models.CASCADE, null=True, related_name="after{n}")
"""
_USES = """\
from shop.app{n}.models import Item{n}


def before_of(item: Item{n}):
    return item.before.pk


def among(keys):
    return Item{n}.objects.select_related("before").filter(before__pk__in=keys)
"""


def run(place: Place) -> list[Row]:
    """The row of the project."""
    project = place.folder / "fixed"
    _write(project)
    seconds = seconds_of(lambda: _fix(project))
    files = sum(1 for path in project.rglob("*.py") if path.name != "__init__.py")
    per_thousand = seconds / files * 1000
    return [
        Row(
            "fix_seconds_per_1000_files",
            per_thousand,
            "s",
            60.0,
            "lower",
            "nothing: one foreign key in each of 250 apps",
        )
    ]


def _fix(project: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "boundaries",
        "fix",
        "BD204",
        "--json",
        "--no-cache",
        "--write",
        "--no-migration",
    ]
    done = subprocess.run(command, cwd=project, check=True, capture_output=True, env={**os.environ})
    said = json.loads(done.stdout)
    assert (len(said["rewrites"]), said["by_hand"]) == (_APPS, []), said


def _write(project: Path) -> None:
    contexts = "".join(f'[contexts.app{n}]\npackages = ["shop.app{n}"]\n' for n in range(_APPS))
    _file(project / "boundaries.toml", contexts)
    _file(project / "shop" / "settings.py", 'DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"\n')
    _file(project / "shop" / "__init__.py", "")
    for n in range(_APPS):
        app = project / "shop" / f"app{n}"
        _file(app / "__init__.py", "")
        _file(app / "models.py", _MODELS.format(n=n, before=(n - 1) % _APPS) + _LINES)
        for name in ("services", "views"):
            _file(app / f"{name}.py", _USES.format(n=n) + _LINES)
        _file(app / "totals.py", _LINES)


def _file(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
