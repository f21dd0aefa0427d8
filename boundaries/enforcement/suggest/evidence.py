"""What is known about each context, before anybody judges it?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from boundaries.enforcement.suggest.anatomy import IDENTITY, Anatomy, Tie
from boundaries.enforcement.suggest.weight import kind_of, weigh

_MOST_PLACES = 3
_FEWEST_COMMITS = 10
# Rows of the source hold keys of rows of the target.
_POINTERS = ("constraint", "relation", IDENTITY)


@dataclass
class Evidence:
    """The facts about one context.

    `incoming` and `outgoing` count the couplings to cut, by kind. What goes through a door is not to be cut: it
    makes its context one of the `callers`, of those that are `called`, or, where only events are heard, of the
    `correspondents`. Rows of the `holders` hold its keys; its own rows hold keys of the `held`. None: not measured.
    """

    name: str
    tables: tuple[str, ...] = ()
    modules: int = 0
    incoming: Counter[str] = field(default_factory=Counter)
    outgoing: Counter[str] = field(default_factory=Counter)
    door_calls: int = 0
    callers: Counter[str] = field(default_factory=Counter)
    called: Counter[str] = field(default_factory=Counter)
    correspondents: set[str] = field(default_factory=set)
    holders: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    libraries: set[str] = field(default_factory=set)
    places: dict[str, list[str]] = field(default_factory=dict)
    inside: float = 0.0
    outside: float = 0.0
    rows: int | None = None
    transactions: int | None = None
    commits: int | None = None
    shared_commits: int = 0
    missing: tuple[str, ...] | None = None

    @property
    def cohesion(self) -> float:
        """How much of the weight of its couplings lies inside it, from 0 to 1; each table counts one inside."""
        inside = self.inside + len(self.tables)
        return inside / (inside + self.outside) if inside + self.outside else 1.0

    @property
    def churn(self) -> float | None:
        """The share of its commits that changed another context too; None where there are too few to tell."""
        if self.commits is None or self.commits < _FEWEST_COMMITS:
            return None
        return self.shared_commits / self.commits

    def cut(self, kinds: Iterable[str]) -> int:
        """How many couplings of some kinds are to be cut, in both directions."""
        return sum(self.incoming[kind] + self.outgoing[kind] for kind in kinds)

    def places_of(self, kinds: Iterable[str]) -> list[str]:
        """A few places of couplings of some kinds."""
        return [place for kind in kinds for place in self.places.get(kind, ())][:_MOST_PLACES]


@dataclass(frozen=True)
class Ends:
    """The groups that a tie connects; whether it goes through the door of the second, and only for its events."""

    source: str
    target: str
    is_door: bool = False
    is_event: bool = False


def gather(
    names: Iterable[str],
    anatomy: Anatomy,
    groups: Mapping[str, str | None],
    *,
    ends_of: Callable[[Tie], Ends | None],
    uncut: Iterable[str] = (),
) -> dict[str, Evidence]:
    """The evidence of the source for each context; `groups` tells which one a part belongs to.

    What leads to or from the `uncut` is not to be cut: they go along as libraries, or stay as the shell.
    """
    found = {name: Evidence(name) for name in names}
    for part in anatomy.parts.values():
        evidence = found.get(groups[part.name] or "")
        if evidence is not None:
            evidence.modules += not part.is_model
            evidence.tables += (part.table,) if part.table else ()
    shared = set(uncut)
    inner: defaultdict[str, list[Tie]] = defaultdict(list)
    outer: defaultdict[str, list[Tie]] = defaultdict(list)
    for tie in anatomy.ties:
        ends = ends_of(tie)
        if ends is None:
            continue
        if ends.source == ends.target:
            inner[ends.source].append(tie)
        elif ends.target in shared or ends.source in shared:
            _note_library(found, ends)
        else:
            _note_crossing(found, ends, tie)
            outer[ends.source].append(tie)
            outer[ends.target].append(tie)
    for name, evidence in found.items():
        # A counter keeps what was counted as none.
        evidence.incoming, evidence.outgoing = +evidence.incoming, +evidence.outgoing
        evidence.inside = sum(weigh(inner[name]).values())
        evidence.outside = sum(weigh(outer[name]).values())
    return found


def add_history(found: Mapping[str, Evidence], commits: Iterable[frozenset[str]]) -> None:
    """Count each context's commits, and those that changed another context too."""
    for evidence in found.values():
        evidence.commits = 0
    for groups in commits:
        known = groups & found.keys()
        for name in known:
            found[name].commits = (found[name].commits or 0) + 1
            found[name].shared_commits += len(known) > 1


def add_transactions(found: Mapping[str, Evidence]) -> None:
    """Count, for each context, the recorded places where one transaction wrote it and another context.

    Only called when a recording was read: without one, nothing is known of transactions.
    """
    for evidence in found.values():
        evidence.transactions = evidence.incoming["transaction"] + evidence.outgoing["transaction"]


def add_rows(found: Mapping[str, Evidence], rows: Mapping[str, int]) -> None:
    """Add up the rows of each context's tables; tables that the database lacks count nothing."""
    for evidence in found.values():
        evidence.rows = sum(rows.get(table, 0) for table in evidence.tables)


def _note_library(found: Mapping[str, Evidence], ends: Ends) -> None:
    if ends.source in found:
        found[ends.source].libraries.add(ends.target)


def _note_crossing(found: Mapping[str, Evidence], ends: Ends, tie: Tie) -> None:
    kind = kind_of(tie)
    is_cut = not ends.is_door and kind != IDENTITY
    if target := found.get(ends.target):
        _note_end(target, ends.source, kind, ends, callers=target.callers, pointing=target.holders)
        target.door_calls += ends.is_door
        target.incoming[kind] += is_cut
    if source := found.get(ends.source):
        _note_end(source, ends.target, kind, ends, callers=source.called, pointing=source.held)
        source.outgoing[kind] += is_cut
    if is_cut:
        for evidence in filter(None, (target, source)):
            _note_place(evidence, kind, tie)


def _note_end(
    evidence: Evidence, other: str, kind: str, ends: Ends, *, callers: Counter[str], pointing: set[str]
) -> None:
    if ends.is_event:
        evidence.correspondents.add(other)
    elif kind != IDENTITY:
        callers[other] += 1
    if kind in _POINTERS:
        pointing.add(other)


def _note_place(evidence: Evidence, kind: str, tie: Tie) -> None:
    places = evidence.places.setdefault(kind, [])
    if len(places) < _MOST_PLACES and tie.place not in places:
        places.append(tie.place)
