"""Which URLs of other contexts are named or included?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from boundaries.enforcement.kinds.link import Analysis, Link, Place, link_at
from boundaries.enforcement.source.facts import TEXT, URL, CallFact
from boundaries.enforcement.source.tree import SourceFile
from boundaries.enforcement.source.url import Urls

_NAMING = frozenset({"redirect", "resolve_url", "reverse", "reverse_lazy"})
# May also be given a path, an address or an object.
_LOOSE = frozenset({"redirect", "resolve_url"})
_ADMIN = re.compile(r"admin:(\w+?)_([a-z0-9]+)_(?:add|autocomplete|change|changelist|delete|history)$")


def find(analysis: Analysis) -> Iterator[Link]:
    """Names in `reverse`, `redirect` and `{% url %}` whose view belongs to another context, and `include` of its
    URLs by their path.
    """
    urls = Urls(analysis.project, analysis.apps, analysis.context_map, analysis.chains)
    for file, facts, owner in analysis.owned_files():
        for call in facts.calls if file.purpose != "migration" else ():
            last = call.callee.rpartition(".")[2]
            if last == "include":
                yield from _included(analysis, file, owner, call)
            elif last in _NAMING:
                name = _name(call)
                if name is None:
                    analysis.unresolved["url"] += bool(call.arguments) and last not in _LOOSE
                else:
                    yield from _named(analysis, urls, file, owner, call, name, is_loose=last in _LOOSE)
    for file, facts, owner in analysis.owned_templates():
        for text in facts.texts:
            if text.role == URL:
                yield from _named(analysis, urls, file, owner, text, text.text)


def _name(call: CallFact) -> str | None:
    written = call.arguments[0] if call.arguments else call.keywords.get("viewname", "")
    return written[1:] if written.startswith(TEXT) else None


def _named(
    analysis: Analysis,
    urls: Urls,
    file: SourceFile,
    owner: str,
    place: Place,
    name: str,
    *,
    is_loose: bool = False,
) -> Iterator[Link]:
    owners = _owners_in_admin(analysis, name) or urls.owners(name)
    if len(owners - {owner}) == 1 and owner not in owners:
        [context] = owners
        if context is not None:
            yield link_at(place, kind="url", file=file, owner=owner, context=context, target=name)
    elif owner not in owners and not is_loose and not name.startswith("admin:"):
        analysis.unresolved["url"] += 1


def _owners_in_admin(analysis: Analysis, name: str) -> set[str | None]:
    """The owner of the model whose page in the admin is named."""
    found = _ADMIN.match(name)
    target = analysis.models.named(f"{found[1]}.{found[2]}", label="") if found else None
    return {target.context} if target else set()


def _included(analysis: Analysis, file: SourceFile, owner: str, call: CallFact) -> Iterator[Link]:
    written = call.arguments[0] if call.arguments else ""
    if not written.startswith(TEXT):
        return
    module = analysis.project.module_of_path(written[1:])
    context = analysis.context_map.context_of_module(module) if module else None
    if context not in {None, owner}:
        yield link_at(
            call,
            kind="url",
            file=file,
            owner=owner,
            context=context or "",
            target=written[1:],
            module=module or "",
        )
