"""How does a graph of contexts look, as text and as a Mermaid diagram?

The graph is handed in by whoever measured it; drawing knows nothing of where its figures come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol


class Node(Protocol):
    """A context to draw."""

    @property
    def name(self) -> str:
        """Its name in the map."""

    @property
    def owner(self) -> str | None:
        """Who owns it."""

    @property
    def state(self) -> str:
        """inside, moving or outside."""

    @property
    def shared(self) -> bool:
        """Whether everyone may use it."""


class Edge(Protocol):
    """All couplings from one context to another."""

    @property
    def source(self) -> str:
        """The context that depends."""

    @property
    def target(self) -> str:
        """The context that it depends on."""

    @property
    def counts(self) -> Sequence[tuple[str, int]]:
        """How many couplings of each kind."""

    @property
    def violations(self) -> int:
        """How many of them break a rule."""


def draw_text(nodes: Iterable[Node], edges: Iterable[Edge]) -> str:
    """One block per context: who owns it, what it uses and how often, and what of that breaks a rule."""
    drawn = list(edges)
    blocks = []
    for node in nodes:
        lines = [f"{node.name}{_remark(node)}"]
        uses = [edge for edge in drawn if edge.source == node.name]
        width = max((len(edge.target) for edge in uses), default=0)
        lines += [f"  -> {edge.target.ljust(width)}  {_label(edge)}" for edge in uses]
        blocks.append("\n".join(lines))
    return "\n".join(blocks)


def draw_mermaid(nodes: Iterable[Node], edges: Iterable[Edge]) -> str:
    """A Mermaid flowchart; edges with violations are dashed and red, contexts outside the monolith
    rounded.
    """
    lines = ["flowchart LR"]
    for node in nodes:
        text = _quote(node.name + (f"<br/><small>{node.owner}</small>" if node.owner else ""))
        shape = f"([{text}])" if node.state == "outside" else f"[[{text}]]" if node.shared else f"[{text}]"
        lines.append(f"  {_identifier(node.name)}{shape}")
    broken = []
    for number, edge in enumerate(edges):
        arrow = "-.->" if edge.violations else "-->"
        ends = (_identifier(edge.source), _identifier(edge.target))
        lines.append(f"  {ends[0]} {arrow}|{_quote(_label(edge))}| {ends[1]}")
        if edge.violations:
            broken.append(str(number))
    if broken:
        lines.append(f"  linkStyle {','.join(broken)} stroke:#c0392b,color:#c0392b")
    return "\n".join(lines)


def _remark(node: Node) -> str:
    remarks = [node.owner or "no owner"]
    if node.shared:
        remarks.append("shared")
    if node.state != "inside":
        remarks.append(node.state)
    return f"  ({', '.join(remarks)})"


def _label(edge: Edge) -> str:
    counts = ", ".join(f"{count} {kind}" for kind, count in edge.counts)
    return f"{counts}; {edge.violations} not allowed" if edge.violations else counts


def _identifier(name: str) -> str:
    # A bare word such as `end` means something to Mermaid.
    return f"context_{re.sub(r'[^A-Za-z0-9]', '_', name)}"


def _quote(text: str) -> str:
    return '"' + text.replace('"', "#quot;") + '"'
