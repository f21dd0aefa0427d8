"""Does a drawing show every context, every edge, and what is not allowed?"""

from __future__ import annotations

from dataclasses import dataclass

from boundaries.contexts.drawing import draw_mermaid, draw_text


@dataclass
class Node:
    name: str
    owner: str | None = None
    state: str = "inside"
    shared: bool = False


@dataclass
class Edge:
    source: str
    target: str
    counts: tuple[tuple[str, int], ...] = (("import", 2),)
    violations: int = 0


NODES = [
    Node("bookings", "Booking team"),
    Node("end", 'The "end" team', state="outside"),
    Node("kernel", shared=True),
]
EDGES = [Edge("bookings", "kernel"), Edge("bookings", "end", (("import", 1), ("relation", 3)), violations=3)]


class TestText:
    def test_lists_what_each_context_uses(self) -> None:
        assert draw_text(NODES, EDGES).splitlines() == [
            "bookings  (Booking team)",
            "  -> kernel  2 import",
            "  -> end     1 import, 3 relation; 3 not allowed",
            'end  (The "end" team, outside)',
            "kernel  (no owner, shared)",
        ]


class TestMermaid:
    def test_marks_the_edges_that_are_not_allowed(self) -> None:
        lines = draw_mermaid(NODES, EDGES).splitlines()

        assert lines[0] == "flowchart LR"
        assert '  context_bookings -->|"2 import"| context_kernel' in lines
        assert '  context_bookings -.->|"1 import, 3 relation; 3 not allowed"| context_end' in lines
        assert lines[-1].startswith("  linkStyle 1 stroke:")

    def test_keeps_quotes_and_reserved_words_out_of_the_syntax(self) -> None:
        drawn = draw_mermaid(NODES, [])

        assert 'context_end(["end<br/><small>The #quot;end#quot; team</small>"])' in drawn
        assert "linkStyle" not in drawn
