"""How is one generated file written?

A project may have templates of its own, in the folder of the setting SCAFFOLD_TEMPLATES: each replaces the kit's of
the same name.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template

from boundaries.conf import setting
from boundaries.contexts.map import current_map
from boundaries.contexts.reading import nearest_spelling
from boundaries.errors import BoundaryError

_SUFFIX = ".tmpl"


class TemplateUnknown(BoundaryError):
    """Raised when a project's template has the name of none of the kit's."""

    code = "BD890"
    problem = "SCAFFOLD_TEMPLATES: {path} replaces no template of the kit."
    remedy = "{nearest}? Templates: {known}."


class TemplateBroken(BoundaryError):
    """Raised when a project's template cannot be filled in."""

    code = "BD891"
    problem = "SCAFFOLD_TEMPLATES: {path} cannot be filled in: {why}."
    remedy = "Write `$$` for a dollar sign; these names have a value: {known}."


def fill(template: str, /, **values: str) -> str:
    """The template of that name with every `$placeholder` filled in.

    :raises TemplateBroken: when the project's own template asks for what it is not given.
    """
    folder = _folder()
    own = folder / f"{template}{_SUFFIX}" if folder else None
    if own is None or not own.is_file():
        return Template(_load(template)).substitute(values)
    try:
        return Template(own.read_text(encoding="utf-8")).substitute(values)
    except KeyError as error:
        raise TemplateBroken(path=own, why=f"no value for ${error.args[0]}", known=_listed(values)) from None
    except ValueError as error:
        raise TemplateBroken(path=own, why=error, known=_listed(values)) from None


def require_known_templates() -> None:
    """Every template of the project replaces one of the kit's.

    :raises TemplateUnknown: with the nearest right name; also where the folder itself is missing.
    """
    folder = _folder()
    if folder is None:
        return
    known = sorted(path.name for path in files(__package__).joinpath("templates").iterdir())
    found = sorted(folder.iterdir()) if folder.is_dir() else [folder]
    for path in found:
        if path.name not in known:
            raise TemplateUnknown(
                path=path, nearest=nearest_spelling(path.name, known), known=_listed(known, mark="")
            )


def _folder() -> Path | None:
    path = setting("SCAFFOLD_TEMPLATES")
    return current_map().root / path if path else None


def _listed(names: Iterable[str], *, mark: str = "$") -> str:
    return ", ".join(f"{mark}{name}" for name in sorted(names)) or "none"


@cache
def _load(name: str) -> str:
    return files(__package__).joinpath("templates", f"{name}{_SUFFIX}").read_text(encoding="utf-8")
