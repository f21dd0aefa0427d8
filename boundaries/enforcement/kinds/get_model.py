"""Which models of other contexts are loaded by name?"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.kinds.link import Analysis, Link
from boundaries.enforcement.source.facts import TEXT, CallFact
from boundaries.enforcement.source.model import Target
from boundaries.enforcement.source.tree import SourceFile

_LOADERS = frozenset({"get_model", "get_registered_model"})


def find(analysis: Analysis) -> Iterator[Link]:
    """Calls of `get_model` and of the project's own loaders that name a model of another context."""
    for file, facts, owner in analysis.owned_files():
        if file.purpose == "migration":
            continue
        for call in loader_calls(analysis, facts.calls):
            target = target_of(analysis, file, call)
            if target is None:
                analysis.unresolved["get_model"] += 1
                continue
            link = analysis.link_to(target, kind="get_model", file=file, call=call, owner=owner)
            if link is not None:
                yield link


def loader_calls(analysis: Analysis, calls: tuple[CallFact, ...]) -> Iterator[CallFact]:
    """The calls that load a model by name."""
    names = _LOADERS | set(analysis.context_map.check.loaders)
    for call in calls:
        # A field's or a manager's own get_model() takes no arguments.
        if call.callee.rpartition(".")[2] in names and (call.arguments or call.keywords):
            yield call


def target_of(analysis: Analysis, file: SourceFile, call: CallFact) -> Target | None:
    """The model that a loader call names: `("app.Model")`, `("app", "Model")`, or `("Model")` in an
    `AppConfig`, by position or by keyword.
    """
    label = analysis.apps.label_of(file.module)
    app = call.arguments[0] if call.arguments else call.keywords.get("app_label", "")
    name = call.arguments[1] if len(call.arguments) > 1 else call.keywords.get("model_name", "")
    if app.startswith(TEXT) and name.startswith(TEXT):
        return analysis.models.named(f"{_label_in(analysis, app[1:])}.{name[1:]}", label=label)
    if not app and name.startswith(TEXT):
        return analysis.models.named(name[1:], label=label)
    if app and not name:
        meant = analysis.models.meant_by(app, module=file.module, label=label)
        return meant or _at_path(analysis, app)
    return None


def _at_path(analysis: Analysis, app: str) -> Target | None:
    """What a project's own loader finds at a dotted path, which need not be a model."""
    path = app[1:].replace(":", ".") if app.startswith(TEXT) else ""
    module = analysis.project.module_of_path(path) if "." in path else None
    return Target(path, analysis.context_map.context_of_module(module)) if module else None


def _label_in(analysis: Analysis, path: str) -> str:
    """The app label in a loader's first argument: all of it, or the part of a dotted path that names an
    app.
    """
    return next((part for part in path.split(".") if analysis.apps.with_label(part)), path.partition(".")[0])
