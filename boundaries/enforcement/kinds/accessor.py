"""Which plain attributes are the way back along a one-to-one relation of another context's model?

`order.invoice` looks like any attribute, so the pass over all files keeps none of them. Once the models tell which names
can be one, the files that hold such a name are read again, for these names only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from boundaries.enforcement.kinds.link import Analysis, Link, link_at
from boundaries.enforcement.source.extract import extract
from boundaries.enforcement.source.facts import AccessFact, FileFacts
from boundaries.enforcement.source.relations import Node
from boundaries.enforcement.source.text import content_of
from boundaries.enforcement.source.tree import SourceFile

# Anything of that name that is no accessor: a function or property, something assigned, annotated or computed by a query.
_OTHER = r"def\s+{name}\b|\.{name}\s*(?::[^=\n]+)?=(?!=)|^\s+{name}\s*:|(?:annotate|alias|namedtuple)\([^)]*\b{name}\b"

# The end of a line before one that begins a statement of a module, and of a class.
_STATEMENT = re.compile(rb"\n(?=[@\w])(?!(?:else|elif|except|finally)\b)")
_MEMBER = re.compile(rb"\n(?=    [@\w])(?!    (?:else|elif|except|finally)\b)")


class Held(NamedTuple):
    """A file of a context, and the names that it holds as attributes."""

    file: SourceFile
    facts: FileFacts
    owner: str
    names: tuple[str, ...]


def find(analysis: Analysis) -> Iterator[Link]:
    """Accesses by one-to-one accessors of other contexts' models.

    On an object whose model is told, if it has the accessor. On any other, if only one model of the project has an
    accessor of that name, and nothing else in its code is called so; else it is unresolved.
    """
    names = _names(analysis)
    if not names:
        return
    holding, ambiguous = _survey(analysis, names)
    for held in holding:
        foreign = (name for name in held.names if any(_context(node) != held.owner for node in names[name]))
        for fact in _accesses(held, foreign):
            link = _link(analysis, held, fact, names, ambiguous)
            if link is not None:
                yield link


def _names(analysis: Analysis) -> dict[str, set[Node]]:
    """The accessors that lead to models of a context."""
    found = analysis.relations.single_ways_back()
    return {name: nodes for name, nodes in found.items() if any(_context(node) for node in nodes)}


def _survey(analysis: Analysis, names: dict[str, set[Node]]) -> tuple[list[Held], set[str]]:
    """The files of contexts that hold some of the names as attributes, and the names that mean something else too."""
    ambiguous = {name for name, nodes in names.items() if len(nodes) > 1 or _is_defined(analysis, name)}
    others = {name: re.compile(_OTHER.format(name=name).encode(), re.MULTILINE) for name in names}
    attributes = {name: f".{name}".encode() for name in names}
    holding = []
    for file, facts in analysis.project.files():
        content = _content(file) if file.purpose == "code" else b""
        ambiguous |= {
            name
            for name in names.keys() - ambiguous
            if name.encode() in content and others[name].search(content)
        }
        held = tuple(name for name, attribute in attributes.items() if attribute in content)
        owner = analysis.context_map.context_of_module(file.module)
        if held and owner is not None:
            holding.append(Held(file, facts, owner, held))
    return holding, ambiguous


def _is_defined(analysis: Analysis, name: str) -> bool:
    """Whether a class has an attribute of that name, a module a constant, a model a field, or it is a module's."""
    relations = analysis.relations
    return (
        relations.is_attribute(name)
        or any(not relations.steps(node)[name].is_back for node in relations.nodes_with(name))
        or any(name in facts.assigns for _, facts in analysis.project.files())
        or any(module.rpartition(".")[2] == name for module in analysis.project.modules)
    )


def _accesses(held: Held, names: Iterable[str]) -> Iterator[AccessFact]:
    """Where a file takes an attribute of one of the names; what another finder has looked at is left to it."""
    wanted = frozenset(names)
    if not wanted:
        return
    known = {(fact.chain, fact.line, fact.column) for fact in held.facts.accesses}
    for fact in _read_again(_content(held.file), wanted).accesses:
        is_new = (fact.chain, fact.line, fact.column) not in known
        if is_new and fact.chain.rpartition(".")[2] in wanted:
            yield fact


def _read_again(content: bytes, names: frozenset[str]) -> FileFacts:
    """The facts around attributes of the names: only the functions and members of classes that hold one are read,
    unless a cut was in the wrong place.
    """
    attributes = [f".{name}".encode() for name in names]
    statements = _cut(content, _STATEMENT, attributes)
    around = b"".join(
        b"".join(_cut(statement, _MEMBER, attributes)) if statement.startswith(b"class ") else statement
        for statement in statements
    )
    said = extract(around, attributes=names)
    return extract(content, attributes=names) if said.problem else said


def _cut(content: bytes, begins: re.Pattern[bytes], attributes: Iterable[bytes]) -> Iterator[bytes]:
    """The first piece, and the others that hold an attribute; of the rest, the ends of lines."""
    for begin, end in pairwise([0, *_cuts(content, begins), len(content)]):
        piece = content[begin:end]
        is_kept = not begin or any(attribute in piece for attribute in attributes)
        yield piece if is_kept else b"\n" * piece.count(b"\n")


def _cuts(content: bytes, begins: re.Pattern[bytes]) -> Iterator[int]:
    """Where a statement begins; what stands in a string of several lines is none."""
    quotes = counted = 0
    for match in begins.finditer(content):
        quotes += sum(content.count(quote, counted, match.end()) for quote in (b'"""', b"'''"))
        counted = match.end()
        if quotes % 2 == 0:
            yield counted


def _link(
    analysis: Analysis, held: Held, fact: AccessFact, names: dict[str, set[Node]], ambiguous: set[str]
) -> Link | None:
    chain, _, name = fact.chain.rpartition(".")
    start = analysis.chains.node(chain, module=held.file.module, scope=fact.scope, origin=fact.origin)
    if start is not None:
        step = analysis.relations.steps(start).get(name)
        reached = step.to if step is not None and step.is_back else None
    elif chain in {"self", "cls"}:
        return None  # an attribute of a class that is no model
    elif name in ambiguous:
        analysis.unresolved["reverse"] += 1
        return None
    else:
        [reached] = names[name]
    context = _context(reached)
    if reached is None or context in {None, held.owner}:
        return None
    return link_at(fact, kind="reverse", file=held.file, owner=held.owner, context=context or "",
                   target=reached.dotted, detail=name)  # fmt: skip


def _context(node: Node | None) -> str | None:
    return node.model.context if node is not None and node.model is not None else None


def _content(file: SourceFile) -> bytes:
    try:
        return content_of(file)
    except OSError:
        return b""
