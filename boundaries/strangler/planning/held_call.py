"""Which calls between contexts stand inside a transaction?

After the move they would hold a transaction open over the network, and no rollback would undo what they did.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from boundaries.enforcement.api import Analysis
from boundaries.enforcement.source.expression import dotted_name, last_name
from boundaries.enforcement.source.facts import ImportFact
from boundaries.strangler.code.source import SourceTree
from boundaries.strangler.planning.facts import Crossing, HeldCall, Place

# Files without one of these words hold no transaction open, and are not parsed.
_MENTION = re.compile(rb"atomic|transaction\(|commit_on_success")
_FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
_TRANSACTIONS = frozenset({"atomic", "transaction", "commit_on_success"})


def find_held_calls(tree: SourceTree, analysis: Analysis, crossings: Iterable[Crossing]) -> list[HeldCall]:
    """Calls of names imported over the border inside `atomic` blocks and functions, and what a record saw there."""
    crossings = list(crossings)
    found = {
        HeldCall(crossing.place, crossing.source_context, crossing.target_context, crossing.target, "runtime")
        for crossing in crossings
        if crossing.kind == "transaction"
    }
    imports: dict[str, list[Crossing]] = defaultdict(list)
    for crossing in crossings:
        if crossing.kind == "import":
            imports[crossing.source.partition(":")[0]].append(crossing)
    for module, own in imports.items():
        if module in tree.files and tree.files[module].purpose == "code":
            found.update(_in_module(tree, analysis, module, own))
    return sorted(found, key=lambda call: (str(call.place), call.name))


def find_atomic_requests(tree: SourceTree) -> Place | None:
    """Where settings put every view into a transaction: then each call from a view is a held one."""
    for file in tree.files.values():
        if "settings" in file.module and file.purpose == "code":
            for node in (node for statement in tree.body_of(file) for node in ast.walk(statement)):
                if isinstance(node, ast.Dict) and (line := _says_atomic(node)):
                    return Place(file.relative, line)
    return None


def _says_atomic(node: ast.Dict) -> int | None:
    for key, value in zip(node.keys, node.values, strict=True):
        is_named = isinstance(key, ast.Constant) and key.value == "ATOMIC_REQUESTS"
        if is_named and not (isinstance(value, ast.Constant) and value.value is False):
            return value.lineno
    return None


def _in_module(
    tree: SourceTree, analysis: Analysis, module: str, crossings: list[Crossing]
) -> Iterator[HeldCall]:
    file = tree.files[module]
    if not _MENTION.search(Path(file.path).read_bytes()) or module not in analysis.project.modules:
        return
    lines = {crossing.place.line for crossing in crossings}
    names = _bound_names(analysis.project.modules[module][1].imports, lines)
    source, target = min((crossing.source_context, crossing.target_context) for crossing in crossings)
    for call in _calls_held(tree.body_of(file), is_held=False):
        name = dotted_name(call.func)
        if name.partition(".")[0].removesuffix("()") in names:
            yield HeldCall(
                Place(file.relative, call.lineno), source, target, name.replace("()", ""), "static"
            )


def _bound_names(imports: Iterable[ImportFact], lines: set[int | None]) -> set[str]:
    """The names that the imports on these lines bind."""
    return {
        name
        for fact in imports
        if fact.line in lines
        for name in ([bound for _, bound in fact.names] or [fact.bound or fact.module.partition(".")[0]])
    }


def _calls_held(nodes: Iterable[ast.AST], *, is_held: bool) -> Iterator[ast.Call]:
    for node in nodes:
        if is_held and isinstance(node, ast.Call):
            yield node
        inside = _inside(node)
        # What opens the transaction, and the decorators of what it is opened for, run before it.
        outside = [child for child in ast.iter_child_nodes(node) if child not in inside]
        yield from _calls_held(outside, is_held=is_held)
        yield from _calls_held(inside, is_held=True)


def _inside(node: ast.AST) -> list[ast.stmt]:
    """The statements that run in a transaction which this node opens."""
    if isinstance(node, ast.With | ast.AsyncWith):
        return node.body if any(_is_transaction(item.context_expr) for item in node.items) else []
    is_opened = isinstance(node, _FUNCTION) and any(map(_is_transaction, node.decorator_list))
    return node.body if isinstance(node, _FUNCTION) and is_opened else []


def _is_transaction(node: ast.expr) -> bool:
    return last_name(node.func if isinstance(node, ast.Call) else node) in _TRANSACTIONS
