"""Do the packages that the map names exist, and does each belong to one context only?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from boundaries.contexts.reading import nearest_spelling
from boundaries.contexts.source import MapSource
from boundaries.errors import BoundaryError


class PackageNotFound(BoundaryError):
    """Raised when the map names a package or module that does not exist under `root`."""

    code = "BD107"
    problem = "{path}:{line}: {key}: there is no package or module {package!r} under {root}."
    remedy = "Did you mean {nearest!r}? If the code lies elsewhere, correct `root`."


class ClaimedTwice(BoundaryError):
    """Raised when two contexts claim the same package or model."""

    code = "BD108"
    problem = "{path}:{line}: {what!r} belongs to {first!r} already; {second!r} claims it too."
    remedy = "Remove it from one of them, or give one of them a sub-package: the longest name wins."


class Claimant(Protocol):
    """What is read of a context here."""

    @property
    def name(self) -> str:
        """Its name in the map."""

    @property
    def packages(self) -> tuple[str, ...]:
        """Its packages and modules, dotted."""

    @property
    def models(self) -> tuple[str, ...]:
        """The models that it claims by label."""


def check_claims(
    contexts: Iterable[Claimant], sources: Mapping[str, MapSource], *, root: Path | None
) -> None:
    """Refuse a package or model claimed twice, and a package or door that was written and does not exist.

    `sources` tell where each context is declared. Without `root` (a compiled map, shipped without the other contexts' code) existence is not looked at.

    :raises ClaimedTwice: at the second claim.
    :raises PackageNotFound: with the nearest existing name.
    """
    owners: dict[str, str] = {}
    for context in contexts:
        source = sources[context.name]
        for key, claims in (("packages", context.packages), ("models", context.models)):
            for claim in claims:
                owner = owners.setdefault(
                    f"{key} {claim.lower() if key == 'models' else claim}", context.name
                )
                if owner != context.name:
                    line = source.line_of(("contexts", context.name, key), claim)
                    raise ClaimedTwice(
                        path=str(source.path), line=line, what=claim, first=owner, second=context.name
                    )
        if root is not None:
            _check_existence(context.name, source, root)


def is_importable(dotted: str) -> bool:
    """Whether an `import` statement can name it: `my-app` and `2fa` are no names."""
    return all(part.isidentifier() for part in dotted.split("."))


def module_exists(root: Path, dotted: str) -> bool:
    """Whether a package (with or without `__init__.py`) or a module of that name lies under `root`."""
    path = root.joinpath(*dotted.split("."))
    return path.is_dir() or path.with_name(f"{path.name}.py").is_file()


def _check_existence(context: str, source: MapSource, root: Path) -> None:
    written = source.values["contexts"][context]
    for key in ("packages", "public"):
        for package in written.get(key, ()):
            if not is_importable(package) or not module_exists(root, package):
                raise PackageNotFound(
                    path=str(source.path),
                    line=source.line_of(("contexts", context, key), package),
                    key=f"contexts.{context}.{key}",
                    package=package,
                    root=str(root),
                    nearest=_nearest_module(root, package),
                )


def _nearest_module(root: Path, dotted: str) -> str:
    """Correct the first part that does not exist, as far as the folders allow."""
    found: list[str] = []
    for part in dotted.split("."):
        folder = root.joinpath(*found)
        siblings = _modules_in(folder)
        if part in siblings:
            found.append(part)
            continue
        if siblings:
            found.append(nearest_spelling(part, siblings))
        break
    return ".".join(found) or "-"


def _modules_in(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    names = {
        path.stem if path.suffix == ".py" else path.name
        for path in folder.iterdir()
        if path.suffix == ".py" or (path.is_dir() and not path.name.startswith((".", "__")))
    }
    return sorted(name for name in names if name.isidentifier())
