"""What did running code do that its source does not show?

A row that the source explains is no coupling of its own: a link at the same file to the same model or table, or the
import of the model that the row is about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from boundaries.enforcement.kinds.link import Analysis, Link
from boundaries.enforcement.recorder.recording import Row, read_rows
from boundaries.enforcement.witness import Testimony, Witness, disagreement

# A file, and the model, table or module that it names.
Reason = tuple[str, str]


def record_witness(path: Path) -> Witness:
    """A record as a witness of couplings.

    :raises RecordUnreadable: at once, when the file is not one.
    """
    rows = read_rows(path)

    def testify(shown: Sequence[Link], analysis: Analysis) -> Testimony:
        current, gone = _current(rows, analysis)
        explained = set(_explained(shown, analysis))
        unseen = [
            _link(row, count)
            for row, count in current.items()
            if explained.isdisjoint(_reasons(row, analysis))
        ]
        said = (
            (f"the record has {gone} rows about code or contexts that are gone; record again",)
            if gone
            else ()
        )
        return Testimony(
            links=tuple(unseen),
            disagreements=tuple(
                disagreement(link, known_to="runtime", reason=link.detail) for link in unseen
            ),
            notices=said,
        )

    return Witness(testify)


def _current(rows: Mapping[Row, int], analysis: Analysis) -> tuple[dict[Row, int], int]:
    """The rows whose file and contexts are still there, and how many are not."""
    files = {file.relative for file, _ in analysis.project.files()}
    contexts = analysis.context_map.contexts
    current = {
        row: count
        for row, count in rows.items()
        if row.path in files and {row.source_context, row.target_context} <= contexts.keys()
    }
    return current, len(rows) - len(current)


def _explained(shown: Sequence[Link], analysis: Analysis) -> Iterator[Reason]:
    """What the source shows of each file: the models and tables that it names, and the modules that it imports."""
    for link in shown:
        yield link.path, link.target.lower()
        for name in link.evidence.split(", ") if link.kind == "import" else ():
            model = analysis.models.of_symbol(analysis.project.find(f"{link.module}.{name}"))
            if model is not None:
                yield link.path, model.dotted.lower()


def _reasons(row: Row, analysis: Analysis) -> set[Reason]:
    """What would explain a row; nothing in the source shows what one transaction holds."""
    if row.kind == "transaction":
        return set()
    names = {row.target}
    if (model := analysis.models.of_label(row.target)) is not None:
        names |= {model.table, model.symbol.module}
    return {(row.path, name.lower()) for name in names}


def _link(row: Row, count: int) -> Link:
    return Link(
        kind=row.kind,
        path=row.path,
        line=row.line,
        column=1,
        source_context=row.source_context,
        target_context=row.target_context,
        source=row.source,
        target=row.target,
        evidence="runtime",
        detail=f"{row.detail}, {count} times" if count > 1 else row.detail,
    )
