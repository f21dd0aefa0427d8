"""A generated project whose contexts are known: six of them, with noise between, a hub, a kernel and an entry layer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CONTEXTS = ("billing", "catalog", "fleet", "payroll", "support", "warehouse")


@dataclass(frozen=True)
class Planted:
    """Where it lies, and the planted context of each app."""

    root: Path
    truth: dict[str, str]


def plant(
    root: Path,
    *,
    seed: int,
    contexts: tuple[str, ...] = CONTEXTS,
    apps_each: int = 5,
    modules_each: int = 3,
    noise: float = 0.15,
) -> Planted:
    """Write the project. `noise` is the share of an app's couplings that lead into other contexts."""
    chance = random.Random(seed)
    truth = {f"{name}_{number}": name for name in contexts for number in range(apps_each)}
    (root / "site").mkdir(parents=True)
    _write(root / "site" / "__init__.py")
    _write(root / "site" / "settings.py", "INSTALLED_APPS = []\n")
    _write(root / "site" / "toolbox" / "__init__.py")
    _write(root / "site" / "toolbox" / "text.py", "def shorten(text):\n    return text[:80]\n")
    _app(
        root,
        "people",
        "from django.db import models\n\n\nclass Person(models.Model):\n    name = models.TextField()\n",
    )
    for app in truth:
        _app(root, app, "\n".join(_models(app, truth, chance, noise)))
        for number in range(modules_each):
            _write(root / "site" / app / f"logic_{number}.py", "\n".join(_logic(app, truth, chance, noise)))
    entry = "\n".join(f"from site.{app}.logic_0 import run as run_{app}" for app in truth)
    _write(root / "site" / "pages" / "__init__.py")
    _write(root / "site" / "pages" / "apps.py", _config("pages"))
    _write(root / "site" / "pages" / "views.py", f"{entry}\n")
    return Planted(root, truth)


def _models(app: str, truth: dict[str, str], chance: random.Random, noise: float) -> Iterator[str]:
    yield "from django.db import models\n\n"
    for number in range(2):
        yield f"class {_model(app, number)}(models.Model):"
        yield "    person = models.ForeignKey('people.Person', models.CASCADE)"
        for field in range(2):
            other = _other(app, truth, chance, noise)
            yield f"    link_{field} = models.ForeignKey('{other}.{_model(other, 0)}', models.CASCADE, related_name='+')"
        yield ""


def _logic(app: str, truth: dict[str, str], chance: random.Random, noise: float) -> Iterator[str]:
    yield "from site.toolbox.text import shorten"
    yield f"from site.{app}.models import {_model(app, 0)}"
    for _ in range(3):
        other = _other(app, truth, chance, noise)
        yield f"from site.{other}.models import {_model(other, chance.randrange(2))}"
    yield "\n\ndef run():\n    return shorten('')\n"


def _other(app: str, truth: dict[str, str], chance: random.Random, noise: float) -> str:
    stays = chance.random() >= noise
    return chance.choice([a for a in truth if a != app and (truth[a] == truth[app]) == stays])


def _model(app: str, number: int) -> str:
    return f"{app.replace('_', ' ').title().replace(' ', '')}Row{'AB'[number]}"


def _app(root: Path, app: str, models: str) -> None:
    _write(root / "site" / app / "__init__.py")
    _write(root / "site" / app / "apps.py", _config(app))
    _write(root / "site" / app / "models.py", models)


def _config(app: str) -> str:
    return f"from django.apps import AppConfig\n\n\nclass Config(AppConfig):\n    name = 'site.{app}'\n"


def _write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def plant_giant(root: Path, *, seed: int, groups: int = 6, models_each: int = 7) -> dict[str, str]:
    """Write one app that holds everything, in one models module; answers the planted group of each model."""
    chance = random.Random(seed)
    truth = {f"{CONTEXTS[group].title()}{_LETTERS[number]}": CONTEXTS[group] for group in range(groups)
             for number in range(models_each)}  # fmt: skip
    lines = ["from django.db import models", "", ""]
    for model, group in truth.items():
        lines.append(f"class {model}(models.Model):")
        for field in range(3):
            stays = chance.random() >= 0.15
            other = chance.choice([m for m in truth if m != model and (truth[m] == group) == stays])
            lines.append(f"    link_{field} = models.ForeignKey('{other}', models.CASCADE, related_name='+')")
        lines.append("")
    _app(root, "everything", "\n".join(lines))
    _write(root / "site" / "__init__.py")
    return truth


_LETTERS = ("Ab", "Bo", "Cu", "Di", "Ef", "Go", "Hi", "Ju", "Ka")
