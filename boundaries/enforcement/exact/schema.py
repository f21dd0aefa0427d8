"""Which relations between contexts does `_meta` know?"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.exact.ground import Ground
from boundaries.enforcement.exact.observation import Observation, ObservedModel, Relation
from boundaries.enforcement.kinds.link import Link


def find(observation: Observation, ground: Ground) -> Iterator[Link]:
    """Relations, generic relations and bases of every model; an automatic table counts as its field."""
    for model in observation.models:
        for link in (*_relations(model, ground), *_bases(model, ground)):
            if link is not None:
                yield link


def _relations(model: ObservedModel, ground: Ground) -> Iterator[Link | None]:
    for relation in model.relations:
        yield ground.link(
            kind=relation.kind,
            module=model.module,
            qualname=model.qualname,
            label=model.label,
            member=relation.name,
            target=relation.label,
            target_module=relation.module,
            detail=_detail(relation, ground),
            is_constraint=relation.constraint,
        )


def _detail(relation: Relation, ground: Ground) -> str:
    """The field; with the module that declares it, where no reader of this source could have seen that."""
    project = ground.analysis.project
    if relation.declared_in in project.modules and not project.is_package(relation.declared_in):
        return relation.detail
    return f"{relation.detail}, declared in {relation.declared_in}"


def _bases(model: ObservedModel, ground: Ground) -> Iterator[Link | None]:
    for base in model.bases:
        yield ground.link(
            kind="inheritance",
            module=model.module,
            qualname=model.qualname,
            label=model.label,
            target=base.label,
            target_module=base.module,
            detail=base.detail,
            is_constraint=base.detail == "parent table",
        )
