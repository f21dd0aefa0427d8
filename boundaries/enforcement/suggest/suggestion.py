"""What is suggested, and on which evidence? Everything between the source and the report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from boundaries.contexts.map import Context, ContextMap
from boundaries.enforcement.coupling import SCHEMA
from boundaries.enforcement.proposal import Proposal, propose
from boundaries.enforcement.source.reader import read_project
from boundaries.enforcement.suggest.anatomy import Anatomy, Part, Tie, dissect
from boundaries.enforcement.suggest.candidate import Clustering, cluster_units
from boundaries.enforcement.suggest.claim import claims_of
from boundaries.enforcement.suggest.evidence import (
    Ends,
    Evidence,
    add_history,
    add_rows,
    add_transactions,
    gather,
)
from boundaries.enforcement.suggest.history import History, changed_together, read_history
from boundaries.enforcement.suggest.layer import Layer, find_layers
from boundaries.enforcement.suggest.ranking import Ranked, rank
from boundaries.enforcement.suggest.unit import Division, Unit, divide
from boundaries.enforcement.survey.tree import undeclared
from boundaries.enforcement.witness import Witness

# What leads to these is not cut: they go along as a library, or stay behind as the project's shell.
_UNCUT = ("kernel", "shell")


@dataclass(frozen=True)
class Sources:
    """What is looked at beside the source: a running project, the recorder's file, rows by table."""

    witnesses: Callable[[ContextMap], Sequence[Witness]] = lambda context_map: ()
    record: Path | None = None
    rows: Mapping[str, int] | None = None
    cache_folder: Path | None = None


@dataclass(frozen=True)
class Suggestion:
    """Contexts in the order in which they could leave, and what is no context.

    `crossing` counts the couplings from one context into another, and `crossing_share` is their part of the weight of
    all. `clustering` and `proposal` are what a
    map can be made of; None where there is one.
    """

    ranked: tuple[Ranked, ...]
    layers: tuple[Layer, ...]
    members: Mapping[str, tuple[str, ...]]
    crossing: int
    crossing_share: float
    remarks: tuple[str, ...]
    unresolved: Mapping[str, int] = field(default_factory=dict)
    alone: tuple[str, ...] = ()
    division: Division | None = None
    clustering: Clustering | None = None
    proposal: Proposal | None = None

    def as_toml(self, *, prefix: str = "") -> str:
        """The candidates as a map, all open; empty where there is one. `prefix` is `tool.boundaries.` in a pyproject."""
        if self.proposal is None or self.clustering is None or self.division is None:
            return ""
        head = replace(self.proposal, contexts=()).as_toml(prefix=prefix)
        claims = claims_of(self.clustering, self.division)
        tables = [claim.as_toml(f"[{prefix}contexts.{name}]") for name, claim in claims.items()]
        return "\n\n".join(filter(None, [head.strip(), *tables])) + "\n"

    def as_dict(self) -> dict[str, Any]:
        """The published JSON of a suggestion."""
        return {
            "schema": SCHEMA,
            "has_map": self.proposal is None,
            "contexts": [
                {"place": place, "members": list(self.members[ranked.evidence.name]), **ranked.as_dict()}
                for place, ranked in enumerate(self.ranked, start=1)
            ],
            "layers": [
                {"name": layer.name, "kind": layer.kind, "reason": layer.reason} for layer in self.layers
            ],
            "alone": list(self.alone),
            "crossing": self.crossing,
            "crossing_share": round(self.crossing_share, 3),
            "unresolved": dict(self.unresolved),
            "remarks": list(self.remarks),
        }


def suggest_contexts(folder: Path, *, sources: Sources, wanted: int | None = None) -> Suggestion:
    """Cluster a project without a map into candidates, and rank these.

    :raises NothingToPropose: when there is no Django app.
    """
    proposal = propose(folder, cache_folder=sources.cache_folder)
    empty = replace(undeclared(proposal.root, exclude=proposal.exclude), settings=proposal.settings)
    anatomy = dissect(empty, proposal.facts, witnesses=sources.witnesses(empty), record=sources.record)
    division = divide(anatomy, proposal.contexts)
    history = read_history(proposal.root)
    commits = _sets(history, anatomy, division.owner)
    clustering = cluster_units(anatomy, division, together=changed_together(commits), wanted=wanted)
    groups = {part: clustering.owner.get(unit, unit) for part, unit in division.owner.items()}
    found = gather(
        [candidate.name for candidate in clustering.candidates],
        anatomy,
        groups,
        ends_of=lambda tie: Ends(groups[tie.source], groups[tie.target]),
        uncut=_uncut(clustering.layers.values()),
    )
    _complete(found, sources, _sets(history, anatomy, groups))
    return Suggestion(
        ranked=tuple(rank(found.values())),
        layers=tuple(_whole_layers(clustering.layers, division)),
        members={c.name: tuple(unit.name for unit in c.units) for c in clustering.candidates},
        crossing=sum(evidence.incoming.total() for evidence in found.values()),
        crossing_share=_crossing_share(found),
        remarks=tuple(_remarks(anatomy, history, sources, groups)),
        unresolved=anatomy.unresolved,
        alone=tuple(unit.name for unit in clustering.alone if not unit.is_piece),
        division=division,
        clustering=clustering,
        proposal=proposal,
    )


def rank_contexts(context_map: ContextMap, *, sources: Sources) -> Suggestion:
    """Rank the contexts of a map by how ready they are to leave; what goes through a door need not be cut."""
    facts = read_project(context_map, cache_folder=sources.cache_folder)
    anatomy = dissect(context_map, facts, witnesses=sources.witnesses(context_map), record=sources.record)
    history = read_history(context_map.root)

    def group_of(part: Part) -> str | None:
        claimed = context_map.context_of_model_label(part.name) if part.is_model else None
        return claimed or context_map.context_of_module(part.module)

    groups = {part.name: group_of(part) for part in anatomy.parts.values()}

    def ends_of(tie: Tie) -> Ends | None:
        source = groups[tie.source]
        target = (context_map.context_of_module(tie.module) if tie.module else None) or groups[tie.target]
        if source is None or target is None:
            return None
        is_door = tie.kind == "import" and context_map.context(target).is_public(tie.module)
        return Ends(source, target, is_door, is_door and _only_listens(context_map.context(source), target))

    layers = _declared_layers(context_map, anatomy, groups, ends_of)
    candidates = [name for name in context_map.contexts if name not in layers]
    found = gather(candidates, anatomy, groups, ends_of=ends_of, uncut=_uncut(layers.values()))
    _complete(found, sources, _sets(history, anatomy, groups))
    for name, evidence in found.items():
        evidence.missing = tuple(_missing(context_map.context(name)))
    return Suggestion(
        ranked=tuple(rank(found.values())),
        layers=tuple(layers.values()),
        members={
            name: (*context_map.context(name).packages, *context_map.context(name).models)
            for name in candidates
        },
        crossing=sum(evidence.incoming.total() for evidence in found.values()),
        crossing_share=_crossing_share(found),
        remarks=tuple(_remarks(anatomy, history, sources, groups)),
        unresolved=anatomy.unresolved,
    )


def _declared_layers(
    context_map: ContextMap,
    anatomy: Anatomy,
    groups: Mapping[str, str | None],
    ends_of: Callable[[Tie], Ends | None],
) -> dict[str, Layer]:
    """The contexts that are none: shared by declaration, outside already, or technical by the facts."""
    declared = {}
    for context in context_map.contexts.values():
        if context.shared:
            declared[context.name] = Layer(context.name, "kernel", "the map declares it shared")
        elif context.state == "outside":
            declared[context.name] = Layer(context.name, "outside", "the map says that it has left")
    tables = [groups[part.name] for part in anatomy.parts.values() if part.table]
    units = {name: Unit(name, app=name, tables=tables.count(name)) for name in context_map.contexts}
    ends = ((ends_of(tie), tie) for tie in anatomy.ties)
    ties = [(e.source, e.target, tie) for e, tie in ends if e is not None]
    return declared | {
        name: layer
        for name, layer in find_layers(units, ties, are_declared=True).items()
        if name not in declared
    }


def _only_listens(source: Context, target: str) -> bool:
    return target in source.listens_to and target not in (source.calls or ())


def _missing(context: Context) -> Iterator[str]:
    """What a context needs on its way out and the map does not say yet."""
    said = {
        "owner": context.owner,
        "facade": context.facade,
        "implementation": context.implementation,
        "calls": context.calls is not None,
        "service": context.service,
    }
    return (key for key, value in said.items() if not value)


def _complete(found: Mapping[str, Evidence], sources: Sources, commits: list[frozenset[str]]) -> None:
    if commits:
        add_history(found, commits)
    if sources.record is not None:
        add_transactions(found)
    if sources.rows is not None:
        add_rows(found, sources.rows)


def _sets(history: History, anatomy: Anatomy, groups: Mapping[str, str | None]) -> list[frozenset[str]]:
    by_path = {part.path: groups[part.name] for part in anatomy.parts.values() if not part.is_model}
    return history.sets(by_path.get)


def _uncut(layers: Iterable[Layer]) -> Collection[str]:
    return {layer.name for layer in layers if layer.kind in _UNCUT}


def _crossing_share(found: Mapping[str, Evidence]) -> float:
    outside = sum(evidence.outside for evidence in found.values()) / 2
    inside = sum(evidence.inside for evidence in found.values())
    return outside / (inside + outside) if inside + outside else 0.0


def _whole_layers(layers: Mapping[str, Layer], division: Division) -> Iterator[Layer]:
    """The layers that people know by name; those inside a giant app are counted in one line."""
    whole = [
        layer
        for layer in layers.values()
        if layer.kind != "shell" and not division.units[layer.name].is_piece
    ]
    yield from sorted(whole, key=lambda layer: (layer.kind, layer.name))
    for app in division.giants:
        pieces = [unit for unit in division.units.values() if unit.is_piece and unit.app == app.label]
        tables = sum(unit.tables for unit in pieces)
        technical = sum(unit.name in layers for unit in pieces)
        reason = f"{tables} tables in one app: taken apart; {technical} of its modules are technical and stay shared"
        yield Layer(app.label, "giant", reason)


def _remarks(
    anatomy: Anatomy, history: History, sources: Sources, groups: Mapping[str, str | None]
) -> Iterator[str]:
    if not any(part.table for part in anatomy.parts.values()):
        yield "no model with a table was found in the source: whole apps were looked at instead"
    pointing = {groups[model] for model in anatomy.users} - {None}
    if len(pointing) > 1:
        yield (
            f"{anatomy.user_model} is no code of this project, and rows of {len(pointing)} contexts hold its keys: "
            "whichever leaves first needs a Reference in place of that foreign key"
        )
    if history.remark:
        yield f"history: {history.remark}"
    if sources.record is None:
        yield "transactions: not measured; record them and give --record FILE"
    if sources.rows is None:
        yield "rows: not measured; give --database URL"
    else:
        tables = {part.table for part in anatomy.parts.values() if part.table}
        if missing := sorted(tables - sources.rows.keys()):
            yield f"rows: {len(missing)} of {len(tables)} tables are not in the database, the first is {missing[0]}"
    if anatomy.problems:
        yield f"{len(anatomy.problems)} files could not be read as a whole; the first is {anatomy.problems[0]}"
