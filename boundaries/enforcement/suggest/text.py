"""How does a suggestion read in a terminal? First the table, then a paragraph for the first few, then the layers."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter

from boundaries.contexts.reading import nearest_spelling
from boundaries.enforcement.suggest.evidence import Evidence
from boundaries.enforcement.suggest.layer import Layer
from boundaries.enforcement.suggest.ranking import Line, Ranked
from boundaries.enforcement.suggest.suggestion import Suggestion
from boundaries.enforcement.wording import counted, few
from boundaries.errors import BoundaryError

_WIDTH = 100
_MOST_NAMES = 6
_MOST_LAYERS = 6
_MOST_ROWS = 15
_MOST_PARAGRAPHS = 2
_MOST_COSTS = 3
# Scores nearer to each other than this tell no difference.
_LEAST_DIFFERENCE = 5
_LAYERS = {
    "kernel": "shared kernel",
    "entry": "entry layer",
    "giant": "giant app",
    "outside": "outside already",
    "shell": "the project's shell",
}


class NotRanked(BoundaryError):
    """Raised when the evidence for a context is asked for that is not among those ranked."""

    code = "BD287"
    problem = "{name!r} is none of the contexts that were ranked."
    remedy = "Did you mean {nearest!r}? Ranked: {known}."


def render(suggestion: Suggestion) -> str:
    """The report for a screen: the head of the ranking, and the largest costs of the first few."""
    ranked, layers = suggestion.ranked, suggestion.layers
    shown = enumerate(ranked[:_MOST_PARAGRAPHS], start=1)
    return _joined(
        _head(suggestion),
        _table(ranked, most=_MOST_ROWS),
        *(_paragraph(place, one, suggestion, most=_MOST_COSTS) for place, one in shown),
        _left(suggestion),
        _layers(layers, most=_MOST_LAYERS),
        _foot(suggestion),
    )


def render_all(suggestion: Suggestion) -> str:
    """The whole report."""
    ranked, layers = suggestion.ranked, suggestion.layers
    return _joined(
        _head(suggestion),
        _table(ranked, most=len(ranked)),
        *(_paragraph(place, one, suggestion) for place, one in enumerate(ranked, start=1)),
        _layers(layers, most=len(layers)),
        _foot(suggestion),
    )


def render_some(suggestion: Suggestion, names: Sequence[str]) -> str:
    """All evidence for these contexts, and nothing else.

    :raises NotRanked: with the nearest spelling.
    """
    known = [one.evidence.name for one in suggestion.ranked]
    for name in names:
        if name not in known:
            raise NotRanked(
                name=name, nearest=nearest_spelling(name, known), known=", ".join(sorted(known)) or "none"
            )
    chosen = [
        (place, one) for place, one in enumerate(suggestion.ranked, start=1) if known[place - 1] in names
    ]
    return _joined(*(_paragraph(place, one, suggestion) for place, one in chosen))


def _joined(*blocks: Iterable[str]) -> str:
    return "\n\n".join(filter(None, ("\n".join(block) for block in blocks)))


def _left(suggestion: Suggestion) -> Iterator[str]:
    if suggestion.ranked:
        yield "`--context NAME` gives all evidence for one context, `--all` that for each."


def _head(suggestion: Suggestion) -> Iterator[str]:
    count = len(suggestion.ranked)
    if suggestion.proposal is None:
        yield f"{counted(count, 'context')} of the map, the readiest to leave first."
    else:
        apps = len(suggestion.proposal.contexts)
        order = ", the readiest to leave first" if count > 1 else ""
        yield f"{counted(count, 'candidate context')} in {counted(apps, 'app')}{order}."
        yield _fill(_verdict(suggestion.crossing_share, count))
    if count > 1:
        yield f"Scores within {_LEAST_DIFFERENCE} points of each other are alike."


def _verdict(share: float, count: int) -> str:
    """How much the boundaries that were found are worth."""
    if count < 2:
        return "What owns data here belongs together: nothing can be cut off without cutting through it."
    crossing = f"{_share(share)} of the weight of all couplings crosses these boundaries"
    if share < 0.15:
        return f"{crossing}: they are clear in the code."
    if share < 0.35:
        return f"{crossing}: they can be seen in the code, and there is work at each."
    return f"{crossing}: the code has no clear cut; take them as a place to begin."


def _table(ranked: Sequence[Ranked], *, most: int) -> Iterator[str]:
    if not ranked:
        yield "There is nothing to rank here."
        return
    has_rows = any(r.evidence.rows is not None for r in ranked)
    has_churn = any(r.evidence.churn is not None for r in ranked)
    width = max(7, *(len(r.evidence.name) for r in ranked))
    rows = f"{'rows':>12}" if has_rows else ""
    churn = f"{'churn':>7}" if has_churn else ""
    yield f"  #  {'context':{width}}  ready  tables{rows}  callers  calls  cut in  cut out  cohesion{churn}"
    for place, r in enumerate(ranked[:most], start=1):
        e = r.evidence
        rows = f"{e.rows or 0:>12,}" if has_rows else ""
        churn = f"{'-' if e.churn is None else _share(e.churn):>7}" if has_churn else ""
        yield (
            f"{place:>3}  {e.name:{width}}  {r.score:>5}  {len(e.tables):>6}{rows}  {len(e.callers):>7}  {len(e.called):>5}"
            f"  {e.incoming.total():>6}  {e.outgoing.total():>7}  {_share(e.cohesion):>8}{churn}"
        )
    if len(ranked) > most:
        yield f"     ... and {len(ranked) - most} more; `--all` ranks them"


def _paragraph(
    place: int, ranked: Ranked, suggestion: Suggestion, *, most: int | None = None
) -> Iterator[str]:
    evidence = ranked.evidence
    yield f"{place}. {evidence.name}: {ranked.score} of 100"
    others = len(suggestion.ranked) - 1
    yield _fill(" ".join(_sentences(evidence, suggestion.members[evidence.name], others)), indent="   ")
    costs = sorted(
        ((line.lost, line) for line in ranked.lines if line.lost and line.lost >= 0.5),
        key=itemgetter(0),
        reverse=True,
    )
    for lost, line in costs[:most]:
        yield _fill(f"{-lost:>6.1f} of {line.criterion.most:>2}  {_line(line, evidence)}",
                    indent="   ", below=" " * 19)  # fmt: skip
    if smaller := costs[most:] if most else []:
        yield f"   {-sum(lost for lost, _ in smaller):>6.1f}        {counted(len(smaller), 'smaller cost')}"


def _sentences(evidence: Evidence, members: Sequence[str], others: int) -> Iterator[str]:
    size = f"{counted(len(evidence.tables), 'table')} in {counted(evidence.modules, 'module')}"
    rows = "" if evidence.rows is None else f", about {evidence.rows:,} rows"
    yield f"{size}{rows}: {_few(members)}."
    if evidence.callers:
        way = f", {counted(evidence.door_calls, 'time')} through its door" if evidence.door_calls else ""
        yield f"Used by {_few(sorted(evidence.callers))}{way}."
    if evidence.called:
        yield f"Uses {_few(sorted(evidence.called))}."
    if evidence.correspondents:
        yield f"Exchanges events with {_few(sorted(evidence.correspondents))}."
    if len(evidence.holders) >= 3 and len(evidence.holders) * 2 >= others:
        yield (f"Everybody points at it: rows of {_few(sorted(evidence.holders))} hold its keys. "
               "Let it leave late, and turn those into a Reference first.")  # fmt: skip
    elif evidence.holders:
        yield f"Rows of {_few(sorted(evidence.holders))} hold its keys."
    if evidence.incoming or evidence.outgoing:
        yield f"To cut: {_cuts(evidence)}."
    if evidence.libraries:
        yield f"Takes along, as libraries: {_few(sorted(evidence.libraries))}."
    if len(evidence.tables) <= 1:
        yield "Small for a service of its own." if evidence.tables else "Owns no data."


def _cuts(evidence: Evidence) -> str:
    ways = [("coming in", evidence.incoming), ("going out", evidence.outgoing)]
    return "; ".join(
        f"{way} " + ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
        for way, counts in ways
        if counts
    )


def _line(line: Line, evidence: Evidence) -> str:
    figure = line.figure or 0
    shown = (
        _share(figure) if line.criterion.is_share else f"{figure:,.0f}" if figure >= 1 else f"{figure:.2f}"
    )
    noun = line.criterion.one if figure == 1 else line.criterion.many
    named = _named(line, evidence)
    return f"{shown} {noun}{f': {named}' if named else ''}"


def _named(line: Line, evidence: Evidence) -> str:
    names: Mapping[str, Collection[str]] = {
        "callers": sorted(evidence.callers),
        "holders": sorted(evidence.holders),
        "dependencies": sorted(evidence.called),
        "events": sorted(evidence.correspondents),
        "preparation": evidence.missing or (),
    }
    if line.criterion.kinds:
        return ", ".join(evidence.places_of(line.criterion.kinds))
    return _few(list(names.get(line.criterion.key, ())))


def _layers(layers: Sequence[Layer], *, most: int) -> Iterator[str]:
    if not layers:
        return
    yield "No contexts, but technical layers:"
    width = max(len(layer.name) for layer in layers[:most])
    for layer in layers[:most]:
        yield _fill(
            f"{layer.name:{width}}  {_LAYERS[layer.kind]}: {layer.reason}",
            indent="  ",
            below=" " * (width + 4),
        )
    if len(layers) > most:
        yield f"  ... and {len(layers) - most} more; `--all` names them"


def _foot(suggestion: Suggestion) -> Iterator[str]:
    if suggestion.alone:
        yield _fill(f"Coupled to nothing here: {_few(suggestion.alone)}.")
    if suggestion.unresolved:
        counts = ", ".join(f"{count} {kind}" for kind, count in suggestion.unresolved.items())
        yield _fill(f"Not resolved, and not counted: {counts}.")
    for remark in suggestion.remarks:
        yield _fill(remark)
    if suggestion.proposal is not None:
        yield "`boundaries suggest --toml` prints these contexts as a map."


def _few(names: Collection[str]) -> str:
    return few(names, most=_MOST_NAMES)


def _share(value: float) -> str:
    return f"{value:.0%}"


def _fill(text: str, *, indent: str = "", below: str | None = None) -> str:
    return textwrap.fill(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent if below is None else below,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
