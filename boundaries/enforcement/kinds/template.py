"""Which templates and tag libraries of other contexts are named?"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.kinds.link import Analysis, Link, link_at
from boundaries.enforcement.source.facts import LOAD, TEMPLATE, TextFact
from boundaries.enforcement.source.tree import SourceFile


def find(analysis: Analysis) -> Iterator[Link]:
    """`{% extends %}`, `{% include %}` and `{% load %}` in templates; names of templates in Python.

    A name that several other contexts offer is unresolved: which one wins depends on the settings.
    """
    templates = _templates(analysis)
    libraries = _libraries(analysis)
    for file, facts, owner in (*analysis.owned_files(), *analysis.owned_templates()):
        for fact in facts.texts:
            if fact.role == TEMPLATE:
                yield from _links(analysis, fact, file, owner, templates)
            elif fact.role == LOAD:
                yield from _links(analysis, fact, file, owner, libraries)


def _links(
    analysis: Analysis, fact: TextFact, file: SourceFile, owner: str, known: dict[str, dict[str, str]]
) -> Iterator[Link]:
    offered = known.get(fact.text, {})
    if owner in offered:
        return
    if len(offered) == 1:
        [(context, target)] = offered.items()
        yield link_at(fact, kind="template", file=file, owner=owner, context=context, target=target)
    else:
        analysis.unresolved["template"] += bool(offered) or not fact.text


def _templates(analysis: Analysis) -> dict[str, dict[str, str]]:
    """The contexts that offer a template, by its name."""
    found: dict[str, dict[str, str]] = {}
    for file, _, owner in analysis.owned_templates():
        found.setdefault(file.template, {})[owner] = file.template
    return found


def _libraries(analysis: Analysis) -> dict[str, dict[str, str]]:
    """The contexts that offer a tag library with its module, by its name."""
    found: dict[str, dict[str, str]] = {}
    for file, _, owner in analysis.owned_files():
        package, _, name = file.module.rpartition(".")
        if package.endswith(".templatetags") and not file.is_package:
            found.setdefault(name, {})[owner] = file.module
    return found
