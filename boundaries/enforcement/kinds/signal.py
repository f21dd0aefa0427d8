"""Which receivers listen to the models of another context?"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.kinds.link import Analysis, Link
from boundaries.enforcement.source.facts import NAME, CallFact

_MODEL_SIGNALS = frozenset(
    {
        "pre_init",
        "post_init",
        "pre_save",
        "post_save",
        "pre_delete",
        "post_delete",
        "m2m_changed",
        "class_prepared",
    }
)


def find(analysis: Analysis) -> Iterator[Link]:
    """Receivers of model signals whose sender is another context's model.

    A receiver of a model signal without a sender hears every context; whom it depends on cannot be told.
    """
    for file, facts, owner in analysis.owned_files():
        for call in facts.calls:
            if not _is_model_signal(call):
                continue
            sender = call.keywords.get("sender", "")
            target = sender and analysis.models.meant_by(
                sender, module=file.module, label=analysis.apps.label_of(file.module)
            )
            if not target:
                analysis.unresolved["signal"] += 1
            elif link := analysis.link_to(
                target, kind="signal", file=file, call=call, owner=owner, detail=_name(call)
            ):
                yield link


def _is_model_signal(call: CallFact) -> bool:
    return _name(call) in _MODEL_SIGNALS


def _name(call: CallFact) -> str:
    """The signal's name: of `receiver(signal, ...)` or `signal.connect(...)`."""
    owner, _, last = call.callee.rpartition(".")
    if last == "connect":
        return owner.rpartition(".")[2]
    first = call.arguments[0] if call.arguments else ""
    return first.rpartition(".")[2] if last == "receiver" and first.startswith(NAME) else ""
