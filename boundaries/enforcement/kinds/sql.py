"""Which raw SQL names tables of another context?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from boundaries.enforcement.kinds.link import Analysis, Link
from boundaries.enforcement.source.facts import NAME, TEXT, CallFact
from boundaries.enforcement.source.model import Target
from boundaries.enforcement.source.tree import SourceFile

_CALLEES = frozenset({"execute", "executemany", "raw", "RunSQL"})
# Where raw SQL is run, not anything else that is executed.
_CONNECTION = re.compile(r"cursor|connection|editor|database|objects|raw|RunSQL|\bdb\b", re.IGNORECASE)
_COMPUTED_TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+[\"`]?\0", re.IGNORECASE)
_TABLE = re.compile(
    r"""\b(?:FROM|JOIN|INTO|UPDATE|TABLE|ONLY|USING|TRUNCATE|REFERENCES|COPY)\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?"""
    r"""(?:"?\w+"?\.)?["`\[]?(\w+)""",
    re.IGNORECASE,
)


def find(analysis: Analysis) -> Iterator[Link]:
    """SQL strings in `execute`, `raw` and `RunSQL` that name a table of another context's model."""
    tables = {table.lower(): model for table, model in analysis.models.tables().items()}
    for file, facts, owner in analysis.owned_files():
        for call in facts.calls:
            if call.callee.rpartition(".")[2] not in _CALLEES:
                continue
            text = _sql(analysis, file, call)
            if text is None or _COMPUTED_TABLE.search(text):
                analysis.unresolved["sql"] += bool(_CONNECTION.search(call.callee))
            if text is None:
                continue
            for table in sorted(tables_in(text) & tables.keys()):
                target = Target(table, tables[table].context)
                link = analysis.link_to(target, kind="sql", file=file, call=call, owner=owner)
                if link is not None:
                    yield link


def tables_in(text: str) -> set[str]:
    """The tables that a piece of SQL names, in small letters."""
    return {name.lower() for name in _TABLE.findall(text)}


def _sql(analysis: Analysis, file: SourceFile, call: CallFact) -> str | None:
    first = call.arguments[0] if call.arguments else call.keywords.get("sql", "")
    if first.startswith(TEXT):
        return first[1:]
    if first.startswith(NAME):
        return analysis.project.text(file.module, first[1:])
    return None
