"""BD202: which imports of another context's internals can go through its door?

Those of names that the door has too, and that mean the very same thing there. A door that has another thing of the
same name (a value called like a model) is no way.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from boundaries.enforcement.source.project import Symbol
from boundaries.strangler.codemod.declaration import NotSure
from boundaries.strangler.codemod.ground import Ground, Violation
from boundaries.strangler.codemod.imports import remove_name
from boundaries.strangler.codemod.proposal import ByHand, Proposal, Rewrite
from boundaries.strangler.codemod.text import Edit, Text


def propose(ground: Ground, violations: Iterable[Violation]) -> Proposal:
    """Rewrites for the imports whose names the door exports."""
    proposal = Proposal()
    for violation in violations:
        link = violation.link
        try:
            proposal.rewrites.append(_rewrite(ground, violation, proposal))
        except (NotSure, SyntaxError, ValueError) as reason:
            ask = f"Ask the owner of {link.target_context} for an operation, a value or an event in its door."
            proposal.by_hand.append(ByHand(link.path, link.line, f"{link.target}: {reason}", ask))
    return proposal


def _rewrite(ground: Ground, violation: Violation, proposal: Proposal) -> Rewrite:
    link = violation.link
    text = ground.text(link.path)
    node = _statement(text, violation)
    doors = {alias.name: _door(ground, violation, alias.name) for alias in node.names}
    open_ones = {name: door for name, door in doors.items() if door}
    if not open_ones:
        raise NotSure(f"the door does not export {', '.join(doors)}")
    if closed := sorted(name for name, door in doors.items() if not door):
        ask = f"Ask the owner of {link.target_context} for an operation, a value or an event in its door."
        what = f"{link.target}: the door does not export {', '.join(closed)}"
        proposal.by_hand.append(ByHand(link.path, link.line, what, ask))
    what = f"{', '.join(sorted(open_ones))} come from {', '.join(sorted(set(open_ones.values())))}"
    edits = _edits(text, node, open_ones, is_whole=not closed)
    mends = () if closed else (violation.identity,)
    return Rewrite(link.path, link.line, what, {link.path: tuple(edits)}, mends=mends)


def _statement(text: Text, violation: Violation) -> ast.ImportFrom:
    link = violation.link
    for node in ast.walk(text.tree):
        if isinstance(node, ast.ImportFrom) and (node.lineno, node.col_offset + 1) == (
            link.line,
            link.column,
        ):
            if any(alias.name == "*" for alias in node.names):
                raise NotSure("it takes all names")
            return node
    raise NotSure("a module is imported as a whole")


def _door(ground: Ground, violation: Violation, name: str) -> str | None:
    """The public module that has the same thing under that name, and needs nothing of the importing context."""
    link = violation.link
    meant = _meaning(ground, link.module, name)
    for door in ground.context_map.context(link.target_context).public:
        is_same = meant is not None and _meaning(ground, door, name) == meant
        if is_same and not _needs(ground, door, link.source_context):
            return door
    return None


def _meaning(ground: Ground, module: str, name: str) -> Symbol | None:
    """What of the project a module's name stands for; None where that is not told."""
    project = ground.analysis.project
    if module not in project.modules:
        return None
    if name in project.modules[module][1].functions:
        return Symbol(module, name)
    found = project.resolve(module, name)
    return found if found is not None and found.is_inside else None


def _needs(ground: Ground, door: str, context: str) -> bool:
    """Whether a door imports the context that would import it: a circle."""
    file, facts = ground.analysis.project.modules[door]
    reached = [module for fact in facts.imports for module, _ in ground.analysis.project.targets(file, fact)]
    return any(ground.context_map.context_of_module(module) == context for module in reached)


def _edits(text: Text, node: ast.ImportFrom, doors: dict[str, str], *, is_whole: bool) -> list[Edit]:
    if is_whole and len(set(doors.values())) == 1:
        # Only the module's name changes, so that the list of names stays as it is laid out.
        start = text.start(node)
        written = "." * node.level + (node.module or "")
        at = text.content.index(written.encode(), start + len("from"))
        return [Edit(at, at + len(written.encode()), next(iter(doors.values())))]
    end = text.offset((node.end_lineno or node.lineno) + 1, 0)
    indent = " " * node.col_offset
    lines = [
        f"{indent}from {door} import {', '.join(_alias(a) for a in node.names if doors.get(a.name) == door)}{text.newline}"
        for door in sorted(set(doors.values()))
    ]
    return [remove_name(text, node, set(doors)), Edit(end, end, "".join(lines))]


def _alias(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name
