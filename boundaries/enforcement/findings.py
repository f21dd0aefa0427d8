"""Which rules are about the project as a whole, not about one link?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from boundaries.contexts.map import Context, ContextMap
from boundaries.enforcement.circle import circles
from boundaries.enforcement.coupling import Coupling, CouplingGraph
from boundaries.enforcement.exception import Exceptions
from boundaries.enforcement.kinds import signal
from boundaries.enforcement.kinds.link import Analysis, symbol_name
from boundaries.enforcement.rules import (
    RULES,
    allow_comment,
    cycle,
    leaking_door,
    rule_of,
    severity_of,
    signal_without_sender,
    unknown_owner,
)
from boundaries.enforcement.source.facts import FileFacts
from boundaries.enforcement.source.tree import SourceFile

_NOT_SENT = re.compile(
    r"^django\.(?:db\.models\.(?:.*\.)?(?:\w*QuerySet|Model|\w*Manager|\w*Field)|http\.(?:.*\.)?\w*(?:Request|Response)"
    r"|contrib\.auth\.models\.\w+)$|^rest_framework\.request\.Request$"
)


def find_all(graph: CouplingGraph, analysis: Analysis, exceptions: Exceptions) -> Iterator[Coupling]:
    """Circles of calls, doors that leak, contexts without owner, allow comments that are wrong.

    Each is `allowed` where its rule only warns or a comment excuses it; a rule that is off finds nothing.
    """
    context_map = analysis.context_map
    findings = chain(
        find_cycles(graph, context_map),
        find_leaks(analysis),
        find_ownerless(context_map),
        find_senderless(analysis),
        # Begins when the others have ended, and so knows which comments they had a use for.
        find_faulty_comments(exceptions, analysis),
    )
    for finding in findings:
        code = finding.rule or ""
        severity = severity_of(rule_of(code), finding.source_context, context_map)
        if severity != "off":
            excused = exceptions.excuses(finding.path, finding.line, code)
            yield replace(finding, allowed=excused or severity == "warning")


def find_cycles(graph: CouplingGraph, context_map: ContextMap) -> Iterator[Coupling]:
    """One finding per circle of contexts that call each other with the map's consent.

    What breaks a rule is reported already and closes no circle; neither does what only listens to events.
    """
    edges: dict[str, set[str]] = {}
    for coupling in graph.couplings:
        source = context_map.context(coupling.source_context)
        if coupling.rule is None and _is_call(source, context_map.context(coupling.target_context)):
            edges.setdefault(source.name, set()).add(coupling.target_context)
    for circle in circles(edges):
        path, line = _map_place(context_map, circle[0])
        yield _finding(
            kind="cycle",
            rule=cycle.RULE.code,
            path=path,
            line=line,
            source_context=circle[0],
            target_context=circle[1],
            source=symbol_name("contexts", circle[0]),
            target=" -> ".join([*circle, circle[0]]),
        )


def find_leaks(analysis: Analysis) -> Iterator[Coupling]:
    """Models that a door imports at module level, and ORM or request types in its signatures."""
    for file, facts, owner in analysis.owned_files():
        context = analysis.context_map.context(owner)
        if context.is_public(file.module) and file.purpose == "code":
            for line, column, scope, shown in sorted(_shown(analysis, file, facts)):
                yield _finding(
                    kind="door",
                    rule=leaking_door.RULE.code,
                    path=file.relative,
                    line=line,
                    column=column,
                    source_context=owner,
                    target_context=owner,
                    source=symbol_name(file.module, scope),
                    target=shown,
                )


def find_ownerless(context_map: ContextMap) -> Iterator[Coupling]:
    """Contexts without owner, in a map that names owners at all."""
    contexts = context_map.contexts.values()
    if not any(context.owner for context in contexts):
        return
    for context in contexts:
        if not context.owner:
            path, line = _map_place(context_map, context.name)
            yield _finding(
                kind="owner",
                rule=unknown_owner.RULE.code,
                path=path,
                line=line,
                source_context=context.name,
                target_context=context.name,
                source=symbol_name("contexts", context.name),
                target="owner",
            )


def find_senderless(analysis: Analysis) -> Iterator[Coupling]:
    """Receivers of model signals that name no sender."""
    for file, call, owner, name in signal.without_sender(analysis):
        yield _finding(
            kind="signal",
            rule=signal_without_sender.RULE.code,
            path=file.relative,
            line=call.line,
            column=call.column,
            source_context=owner,
            target_context=owner,
            source=symbol_name(file.module, call.scope),
            target=name,
        )


def find_faulty_comments(exceptions: Exceptions, analysis: Analysis) -> Iterator[Coupling]:
    """Allow comments without a rule or a reason, and those that excuse nothing."""
    files = (*analysis.project.files(), *analysis.project.templates)
    modules = {file.relative: file.module for file, _ in files}
    for fault in exceptions.faults(rule.code for rule in RULES):
        owner = analysis.context_map.context_of_module(modules[fault.path])
        if owner is not None:
            yield _finding(
                kind="comment",
                rule=allow_comment.RULE.code,
                path=fault.path,
                line=fault.line,
                source_context=owner,
                target_context=owner,
                source=symbol_name(modules[fault.path], ""),
                target=fault.what,
            )


def _is_call(source: Context, target: Context) -> bool:
    only_listens = target.name in source.listens_to and target.name not in (source.calls or ())
    return source.mode == "strict" and not target.shared and not only_listens


def _shown(analysis: Analysis, file: SourceFile, facts: FileFacts) -> Iterator[tuple[int, int, str, str]]:
    imported = {}
    for fact in facts.imports:
        if fact.scope or fact.guarded:
            continue
        for _, bound in fact.names:
            symbol = analysis.project.resolve(file.module, bound)
            model = analysis.models.of_symbol(symbol) if symbol else None
            if model is not None:
                imported[bound] = model
                yield fact.line, fact.column, "", model.dotted
    for note in facts.annotations:
        symbol = analysis.project.resolve(file.module, note.name)
        if symbol is None or note.name.partition(".")[0] in imported:
            continue
        model = analysis.models.of_symbol(symbol)
        if model is not None:
            yield note.line, note.column, note.scope, model.dotted
        elif not symbol.is_inside and _NOT_SENT.match(symbol.qualname):
            yield note.line, note.column, note.scope, symbol.qualname


def _map_place(context_map: ContextMap, name: str) -> tuple[str, int]:
    """Where a context is declared."""
    context = context_map.context(name)
    return context_map.shown(context.path), context.line


def _finding(
    *,
    kind: str,
    rule: str,
    path: str,
    line: int,
    source_context: str,
    target_context: str,
    source: str,
    target: str,
    column: int = 1,
) -> Coupling:
    return Coupling(
        kind=kind,
        path=path,
        line=line,
        column=column,
        source_context=source_context,
        target_context=target_context,
        source=source,
        target=target,
        allowed=False,
        rule=rule,
    )
