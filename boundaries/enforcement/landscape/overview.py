"""Who depends on whom among the deployables, in which version, and who owns them?"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from boundaries.enforcement.coupling import SCHEMA
from boundaries.enforcement.landscape.code import find_class
from boundaries.enforcement.landscape.deployable import Deployable, Landscape
from boundaries.enforcement.wording import counted, few
from boundaries.errors import BoundaryError


@dataclass(frozen=True, slots=True)
class Dependency:
    """One context of a deployable that needs one of another: it `calls` it, or `listens` to its events.

    `wants` is the version of the facade that the caller has a copy of, `offers` the one that its home answers; None
    where there is no facade, and for events.
    """

    source: str
    source_context: str
    target: str
    target_context: str
    kind: str
    wants: str | None = None
    offers: str | None = None

    @property
    def is_apart(self) -> bool:
        """Whether the caller wants a version that is not offered."""
        return self.wants is not None and self.offers is not None and self.wants != self.offers


class NotDrawn(BoundaryError):
    """Raised when the deployables are asked for in a format that has no picture of them."""

    code = "BD247"
    problem = "`map --services` has no {format}."
    remedy = "Use --format text, mermaid or json."


def draw(landscape: Landscape, *, chosen: str) -> str:
    """The landscape in the chosen format.

    :raises NotDrawn: when it is none of text, mermaid and json.
    """
    if chosen == "json":
        return json.dumps(as_dict(landscape), indent=2)
    if chosen not in _DRAWERS:
        raise NotDrawn(format=chosen)
    return _DRAWERS[chosen](landscape)


def dependencies_of(landscape: Landscape) -> list[Dependency]:
    """Every call and every subscription that leaves a deployable, sorted."""
    found = [*_calls(landscape), *_subscriptions(landscape)]
    return sorted(found, key=lambda item: (item.source, item.source_context, item.kind, item.target_context))


def as_dict(landscape: Landscape) -> dict[str, Any]:
    """The published JSON."""
    return {
        "schema": SCHEMA,
        "deployables": [_as_dict(landscape, deployable) for deployable in landscape.deployables],
        "dependencies": [asdict(item) for item in dependencies_of(landscape)],
    }


def draw_text(landscape: Landscape) -> str:
    """One block per deployable: what it runs, whom it needs, who needs it."""
    found = dependencies_of(landscape)
    return "\n\n".join("\n".join(_block(landscape, item, found)) for item in landscape.deployables)


def draw_mermaid(landscape: Landscape) -> str:
    """A flow chart: solid lines are calls, with their version; dotted ones are events, from teller to listener."""
    nodes = [
        f'    {_id(item.name)}["{item.name}<br/>{few(_owners(landscape, item), most=3)}"]'
        for item in landscape.deployables
    ]
    arrows: dict[str, None] = {}
    for found in dependencies_of(landscape):
        source, target = _id(found.source), _id(found.target)
        if found.kind == "listens":
            arrows[f"    {target} -.-> {source}"] = None
        else:
            label = f'|"{found.target_context} {found.wants}"|' if found.wants else ""
            arrows[f"    {source} -->{label} {target}"] = None
    return "\n".join(["flowchart LR", *nodes, *arrows])


def _calls(landscape: Landscape) -> Iterator[Dependency]:
    for source, home, target, other in _leaving(landscape, landscape.calls.items()):
        yield Dependency(
            home.name,
            source,
            other.name,
            target,
            "calls",
            wants=_version(landscape, target, home),
            offers=_version(landscape, target, other),
        )


def _subscriptions(landscape: Landscape) -> Iterator[Dependency]:
    pairs = ((name, context.listens_to) for name, context in landscape.map.contexts.items())
    for source, home, target, other in _leaving(landscape, pairs):
        yield Dependency(home.name, source, other.name, target, "listens")


def _leaving(
    landscape: Landscape, pairs: Iterable[tuple[str, Sequence[str]]]
) -> Iterator[tuple[str, Deployable, str, Deployable]]:
    for source, targets in pairs:
        home = landscape.home_of(source)
        for target in targets:
            other = landscape.home_of(target)
            if other is not home:
                yield source, home, target, other


def _version(landscape: Landscape, context: str, home: Deployable) -> str | None:
    """The version of a context's facade, as the class in that deployable's copy says."""
    module, _, name = (landscape.map.context(context).facade or "").partition(":")
    node = find_class(home.folder, module, name) if module else None
    if node is None:
        return None
    value = next((keyword.value for keyword in node.keywords if keyword.arg == "version"), None)
    return str(value.value) if isinstance(value, ast.Constant) else "1"


def _as_dict(landscape: Landscape, deployable: Deployable) -> dict[str, Any]:
    declaration = landscape.map.context(deployable.name).service if deployable.is_service else None
    return {
        "name": deployable.name,
        "folder": landscape.map.shown(deployable.folder),
        "owners": _owners(landscape, deployable),
        "contexts": list(deployable.contexts),
        "offers": {
            context: version
            for context in deployable.contexts
            if (version := _version(landscape, context, deployable))
        },
        "url": declaration.url if declaration else None,
    }


def _block(landscape: Landscape, deployable: Deployable, found: list[Dependency]) -> Iterator[str]:
    owners = few(_owners(landscape, deployable), most=3) or "no owner"
    yield f"{deployable.name}  ({owners}; {landscape.map.shown(deployable.folder)})"
    if not deployable.is_service:
        yield f"    runs {counted(len(deployable.contexts), 'context')}: {', '.join(deployable.contexts)}"
    for item in found:
        if item.source == deployable.name:
            yield f"    {_told(item)}"


def _told(item: Dependency) -> str:
    where = "" if item.target == item.target_context else f" in {item.target}"
    if item.kind == "listens":
        return f"{item.source_context} listens to {item.target_context}{where}"
    version = f", version {item.wants}" if item.wants else ""
    apart = f", while {item.target} offers {item.offers}" if item.is_apart else ""
    return f"{item.source_context} calls {item.target_context}{where}{version}{apart}"


def _owners(landscape: Landscape, deployable: Deployable) -> list[str]:
    owners = (landscape.map.context(context).owner for context in deployable.contexts)
    return list(dict.fromkeys(owner for owner in owners if owner))


def _id(name: str) -> str:
    return re.sub(r"\W", "_", name)


_DRAWERS = {"text": draw_text, "mermaid": draw_mermaid}
