"""Which distributions does the service need, in which versions?

Only what the moved code really imports; the version ranges are the project's own.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files, packages_distributions
from pathlib import Path
from typing import Any

KIT = "django-strangler[service]"
SERVER = "gunicorn"
TEST_TOOLS = ("pytest", "pytest-django", "ruff")

_KIT_PACKAGE = "boundaries"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Requirements:
    """The lines for `dependencies`, and the imports of which nobody knows where they come from."""

    runtime: tuple[str, ...]
    test: tuple[str, ...]
    unknown: tuple[str, ...]


def require(
    imports: Iterable[str], *, root: Path, test_imports: Iterable[str] = (), more: Iterable[str] = ()
) -> Requirements:
    """What provides these imported modules, with the ranges that the project under `root` declares.

    `more` are distributions that are needed besides.
    """
    declared = declared_ranges(root)
    runtime, unknown = _distributions(imports, declared)
    test, unknown_to_tests = _distributions(test_imports, declared)
    test = {name for name in test - runtime if canonical(name) not in (*TEST_TOOLS, SERVER)}
    return Requirements(
        runtime=(KIT, *_lines({*runtime, *more, SERVER}, declared)),
        test=(*_lines(set(TEST_TOOLS), declared), *_lines(test, declared)),
        unknown=tuple(sorted(unknown | unknown_to_tests)),
    )


def _lines(names: set[str], declared: Mapping[str, str]) -> list[str]:
    return sorted((declared.get(canonical(name), name) for name in names), key=str.lower)


def _distributions(imports: Iterable[str], declared: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """The distributions that have these modules, and the modules that none has.

    Where nothing installed has a module, a distribution of its name is taken if the project declares one.
    """
    providers = packages_distributions()
    found: set[str] = set()
    unknown: set[str] = set()
    for module in imports:
        top = module.partition(".")[0]
        if top in sys.stdlib_module_names or top == _KIT_PACKAGE:
            continue
        by_name = {top} if canonical(top) in declared else set()
        names = _providers_of(module, providers.get(top, [])) or by_name
        found.update(names)
        unknown.update(() if names else (top,))
    return found, unknown


def declared_ranges(root: Path) -> dict[str, str]:
    """Requirement lines of a project by canonical name, of its pyproject.toml and its requirements files.

    The first line with a version wins; without one the bare name does.
    """
    found: dict[str, str] = {}
    for line in (*_of_pyproject(root / "pyproject.toml"), *_of_files(root)):
        match = _NAME.match(line)
        if match is None:
            continue
        name = canonical(match[0])
        if name not in found or not _has_version(found[name]):
            found[name] = line
    return found


def declared_python(root: Path) -> str:
    """The Python versions that the project asks for; those of the kit where it says nothing."""
    return str(_document(root / "pyproject.toml").get("project", {}).get("requires-python", ">=3.11"))


def canonical(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _providers_of(module: str, candidates: list[str]) -> set[str]:
    """One distribution, or of several that share a namespace those that hold this very module."""
    if len(set(candidates)) < 2:
        return set(candidates)
    prefix = module.replace(".", "/")
    holding = {name for name in candidates if any(str(file).startswith(prefix) for file in _files(name))}
    return holding or set(candidates)


def _files(distribution: str) -> Iterable[Any]:
    try:
        return files(distribution) or ()
    except PackageNotFoundError:
        return ()


def _of_pyproject(path: Path) -> Iterator[str]:
    document = _document(path)
    project = document.get("project", {})
    optional = project.get("optional-dependencies", {}).values()
    groups = (*optional, *document.get("dependency-groups", {}).values())
    for group in (project.get("dependencies", []), *groups):
        yield from (" ".join(line.split()) for line in group if isinstance(line, str))


def _document(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _of_files(root: Path) -> Iterator[str]:
    for path in sorted([*root.glob("requirements*.txt"), *root.glob("requirements/*.txt")]):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            requirement = " ".join(line.split(" #")[0].split("#")[0].split()).rstrip(" \\")
            if requirement and not requirement.startswith("-"):
                yield requirement.split(" --hash")[0]


def _has_version(line: str) -> bool:
    return any(sign in line for sign in "<>=~!@")
