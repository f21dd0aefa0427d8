"""Which content types of other contexts' models are asked for?"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.kinds.link import Analysis, Link
from boundaries.enforcement.source.facts import NAME, TEXT, CallFact
from boundaries.enforcement.source.model import Target
from boundaries.enforcement.source.tree import SourceFile


def find(analysis: Analysis) -> Iterator[Link]:
    """`get_for_model(Model)` and content types by natural key; generic relations are found with the relations."""
    for file, facts, owner in analysis.owned_files():
        for call in facts.calls if file.purpose != "migration" else ():
            target = _target(analysis, file, call)
            if target is not None:
                link = analysis.link_to(target, kind="generic", file=file, call=call, owner=owner)
                if link is not None:
                    yield link


def _target(analysis: Analysis, file: SourceFile, call: CallFact) -> Target | None:
    name = call.callee.rpartition(".")[2]
    first = call.arguments[0] if call.arguments else ""
    if name == "get_for_model" and first.startswith(NAME):
        return analysis.models.meant_by(first, module=file.module, label="")
    if "ContentType" not in call.callee:
        return None
    label = call.keywords.get("app_label") or first
    model = call.keywords.get("model") or (call.arguments[1:2] or [""])[0]
    if label.startswith(TEXT) and model.startswith(TEXT):
        return analysis.models.named(f"{label[1:]}.{model[1:]}", label="")
    return None
