"""Which receivers listen to another context: to its models, or to a signal that it defines?"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.kinds.link import Analysis, Link, link_at
from boundaries.enforcement.source.facts import CALL, NAME, CallFact
from boundaries.enforcement.source.tree import SourceFile

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
    """Receivers whose sender is another context's model, and receivers of another context's own signals.

    A sender that cannot be told is unresolved.
    """
    for file, facts, owner in analysis.owned_files():
        for call in facts.calls:
            signal = _signal(call)
            if not signal:
                continue
            context = _defined_in(analysis, file, signal)
            if context not in {None, owner}:
                yield _heard(analysis, file, owner, call, signal, context or "")
            elif _is_model_signal(signal) or "sender" in call.keywords:
                yield from _sent(analysis, file, owner, call, signal)


def without_sender(analysis: Analysis) -> Iterator[tuple[SourceFile, CallFact, str, str]]:
    """Receivers of model signals that name no sender, and so hear every context: file, call, owner, signal."""
    for file, facts, owner in analysis.owned_files():
        for call in facts.calls:
            signal = _signal(call)
            if _is_model_signal(signal) and "sender" not in call.keywords and not call.arguments[1:]:
                yield file, call, owner, signal.rpartition(".")[2]


def _signal(call: CallFact) -> str:
    """The signal of `receiver(signal, ...)` or `signal.connect(...)` as written; empty for other calls."""
    owner, _, last = call.callee.rpartition(".")
    if last == "connect":
        return owner
    first = call.arguments[0] if call.arguments else call.keywords.get("signal", "")
    return first[1:] if last == "receiver" and first.startswith(NAME) else ""


def _is_model_signal(signal: str) -> bool:
    return signal.rpartition(".")[2] in _MODEL_SIGNALS


def _sent(analysis: Analysis, file: SourceFile, owner: str, call: CallFact, signal: str) -> Iterator[Link]:
    sender = call.keywords.get("sender") or (call.arguments[1:2] or [""])[0]
    if not sender:
        return
    if sender.endswith(".through"):
        # The automatic model between the two ends of `Model.field`.
        sender = sender.rsplit(".", 2)[0]
    target = analysis.models.meant_by(sender, module=file.module, label=analysis.apps.label_of(file.module))
    detail = signal.rpartition(".")[2]
    if target is None:
        link = _sent_by_given(analysis, file, owner, call, sender, detail)
        analysis.unresolved["signal"] += link is None and _is_model_signal(signal)
        if link is not None:
            yield link
        return
    if link := analysis.link_to(target, kind="signal", file=file, call=call, owner=owner, detail=detail):
        yield link


def _sent_by_given(
    analysis: Analysis, file: SourceFile, owner: str, call: CallFact, sender: str, detail: str
) -> Link | None:
    """A sender that a function of another context gives: which model it is, that context decides."""
    symbol = analysis.project.resolve(file.module, sender[1:]) if sender.startswith(CALL) else None
    if symbol is None or not symbol.is_inside:
        return None
    context = analysis.context_map.context_of_module(symbol.module)
    if context in {None, owner}:
        return None
    target = f"{symbol.module}.{symbol.qualname}"
    return link_at(
        call, kind="signal", file=file, owner=owner, context=context or "", target=target, detail=detail
    )


def _defined_in(analysis: Analysis, file: SourceFile, signal: str) -> str | None:
    """The context that defines a signal of its own."""
    symbol = analysis.project.resolve(file.module, signal)
    if symbol is None or not symbol.is_inside:
        return None
    made_of = analysis.project.modules[symbol.module][1].assigns.get(symbol.qualname, "")
    is_signal = made_of.startswith(CALL) and "signal" in made_of.lower()
    return analysis.context_map.context_of_module(symbol.module) if is_signal else None


def _heard(
    analysis: Analysis, file: SourceFile, owner: str, call: CallFact, signal: str, context: str
) -> Link:
    symbol = analysis.project.resolve(file.module, signal)
    target = f"{symbol.module}.{symbol.qualname}" if symbol else signal
    return link_at(call, kind="signal", file=file, owner=owner, context=context, target=target)
