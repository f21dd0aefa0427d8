"""How is one generated file written?"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template


def fill(template: str, /, **values: str) -> str:
    """The template of that name with every `$placeholder` filled in; a missing one is an error of ours."""
    return _load(template).substitute(values)


@cache
def _load(name: str) -> Template:
    return Template(files(__package__).joinpath("templates", f"{name}.tmpl").read_text(encoding="utf-8"))
