"""Can each service be released without another?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from boundaries.enforcement.landscape.deployable import Deployable, Landscape
from boundaries.enforcement.landscape.hit import Hit

CODE = "BD243"
_PIN = re.compile(r"^\s*([\w.-]+)\s*(?:\[[^\]]*\])?\s*===?\s*([^\s;,]+)")


def find(landscape: Landscape) -> Iterator[Hit]:
    """Dependencies on exactly one version of what another service publishes."""
    names = {_canonical(service.project.get("name", "")): service for service in landscape.services}
    for deployable in landscape.deployables:
        for requirement in _requirements(deployable):
            pin = _PIN.match(requirement)
            other = names.get(_canonical(pin[1])) if pin else None
            if pin is not None and other is not None and other is not deployable:
                path = deployable.folder / "pyproject.toml"
                source = deployable.name if deployable.is_service else other.name
                yield Hit(
                    CODE, path, _line_of(path, pin[1]), source, other.name, f"pyproject:{deployable.name}",
                    f"{pin[1]}=={pin[2]}",
                )  # fmt: skip


def _requirements(deployable: Deployable) -> Iterator[str]:
    yield from map(str, deployable.project.get("dependencies", ()))
    for listed in deployable.project.get("optional-dependencies", {}).values():
        yield from map(str, listed)


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _line_of(path: Path, word: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if word in line), 1)
