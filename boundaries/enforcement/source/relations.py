"""Where do the relations of models lead, forwards by their names and backwards?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from boundaries.enforcement.source.facts import TEXT, FieldFact
from boundaries.enforcement.source.field import Fields
from boundaries.enforcement.source.model import Model, Models, Target
from boundaries.enforcement.source.project import Symbol
from boundaries.enforcement.source.tagging import Tagging

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One end of relations: a model of the project, or (`model` None) one of a third party. There is one of each."""

    dotted: str
    model: Model | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One relation as seen from one of its ends."""

    to: Node
    is_back: bool = False
    is_single: bool = False  # back to one object, by an attribute that looks like any other


class Relations:
    """The relations of all concrete models, and of abstract ones forwards."""

    def __init__(self, models: Models) -> None:
        self.fields = Fields(models.project)
        self.tagging = Tagging(models, self.fields)
        self._models = models
        self._steps: dict[Node, dict[str, Step]] = {}
        self._nodes: dict[Symbol, Node] = {}
        self._foreign: dict[str, Node] = {}
        self._known_columns: dict[Symbol, set[str]] = {}
        for model in models.all():
            self._add_relations(model)
        self._inherit()

    def node_of(self, model: Model) -> Node:
        """The node of a model of the project."""
        if model.symbol not in self._nodes:
            self._nodes[model.symbol] = Node(model.dotted, model)
        return self._nodes[model.symbol]

    def node_of_target(self, target: Target) -> Node:
        """The node of what a name means."""
        known = self._models.of_label(target.dotted)
        if known:
            return self.node_of(known)
        label = _label_of(target.dotted)
        return self._foreign.setdefault(label, Node(label))

    def steps(self, node: Node) -> dict[str, Step]:
        """Where the names of a model lead: fields, accessors and query names of what points at it."""
        return self._steps.get(node, {})

    def nodes_with(self, name: str) -> list[Node]:
        """Every model on which a name is a relation."""
        return self._by_name.get(name, [])

    def pointed_at(self, declaring: Model, field: FieldFact, model: Model) -> Target | None:
        """The model that a relation of a model leads to; None where the source does not tell."""
        if self.fields.holds_tags(declaring.symbol.module, field.callee):
            return self.tagging.tags(declaring, field, model.label)
        target, module = self.fields.target(declaring.symbol.module, field)
        if target == f"{TEXT}self":
            return Target(model.dotted, model.context)
        return self._models.meant_by(target, module=module, label=model.label)

    def has_column(self, node: Node, name: str) -> bool:
        """Whether a lookup may end with a name on a model: one of its fields; anything on a third party's model."""
        if node.model is None or name in {"id", "pk"} or name in self.steps(node):
            return True
        return name in self._columns(node.model) or name.removesuffix("_id") in self.steps(node)

    def knows(self, node: Node, name: str) -> bool:
        """Whether the source shows what a name is on a model: a relation or a column."""
        return name in self.steps(node) or (node.model is not None and self.has_column(node, name))

    def single_ways_back(self) -> dict[str, set[Node]]:
        """The names of accessors that lead back to one object, with the models that they lead to."""
        found: dict[str, set[Node]] = {}
        for steps in self._steps.values():
            for name, step in steps.items():
                if step.is_back and step.is_single:
                    found.setdefault(name, set()).add(step.to)
        return found

    def hinted(self, name: str) -> Node | None:
        """The model that a variable's name speaks of: the one to which all relations of that name lead, and no
        other model is called so.
        """
        found = self._hints.get(name, set())
        return next(iter(found)) if len(found) == 1 else None

    def is_attribute(self, name: str) -> bool:
        """Whether some class has an attribute of that name."""
        return name in self._attributes

    @cached_property
    def _by_name(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node, steps in self._steps.items():
            for name in steps:
                found.setdefault(name, []).append(node)
        return found

    @cached_property
    def _hints(self) -> dict[str, set[Node]]:
        found: dict[str, set[Node]] = {}
        for steps in self._steps.values():
            for name, step in steps.items():
                if not step.is_back:
                    found.setdefault(name, set()).add(step.to)
        for model in self._models.all():
            if not model.fact.proxy and not model.fact.abstract:
                name = model.symbol.last
                for hint in {name.lower(), _WORD_START.sub("_", name).lower()}:
                    found.setdefault(hint, set()).add(self.node_of(model))
        return found

    @cached_property
    def _attributes(self) -> frozenset[str]:
        return frozenset(
            field.name
            for _, facts in self._models.project.files()
            for c in facts.classes
            for field in c.fields
        )

    def _columns(self, model: Model) -> set[str]:
        known = self._known_columns.get(model.symbol)
        if known is None:
            known = {field.name for _, field in self._models.fields(model) if field.callee}
            # Set before the bases are asked: a class that leads back to itself ends there.
            self._known_columns[model.symbol] = known
            for base in self._models.bases(model):
                known |= self._columns(base)
        return known

    def _add_relations(self, model: Model) -> None:
        node = self.node_of(model)
        own = self._steps.setdefault(node, {})
        for declaring, attribute in self._models.fields(model):
            target = self._target(declaring, attribute, model)
            if target is None:
                continue
            own[attribute.name] = Step(target)
            if not model.fact.abstract:
                back = self._steps.setdefault(target, {})
                is_single = self.fields.is_one_to_one(declaring.symbol.module, attribute.callee)
                for name in self._names_back(declaring, attribute, model):
                    back.setdefault(name, Step(node, is_back=True, is_single=is_single))

    def _target(self, declaring: Model, field: FieldFact, model: Model) -> Node | None:
        if self.fields.kind(declaring.symbol.module, field.callee) is None:
            return None
        found = self.pointed_at(declaring, field, model)
        if found is not None and found.dotted == model.dotted:
            return self.node_of(model)
        return self.node_of_target(found) if found else None

    def _names_back(self, declaring: Model, field: FieldFact, model: Model) -> Iterator[str]:
        """The accessor and the query name; none where a relation hides its way back."""
        module = declaring.symbol.module
        related = self.fields.related_name(module, field) or model.fact.related_name
        if self.fields.kind(module, field.callee) == "generic":
            related = related or "+"
        if not related.endswith("+"):
            last = model.symbol.last.lower()
            is_one = self.fields.is_one_to_one(module, field.callee)
            yield _filled(related, model) or (last if is_one else f"{last}_set")
            yield _filled(field.query_name or related, model) or last
        elif field.query_name:
            yield _filled(field.query_name, model)

    def _inherit(self) -> None:
        """Give every model the steps of its bases, the farthest first, and a parent table the way to its child."""
        done: set[Symbol] = set()
        for model in list(self._models.all()):
            self._inherit_into(model, done)

    def _inherit_into(self, model: Model, done: set[Symbol]) -> None:
        if model.symbol in done:
            return
        done.add(model.symbol)
        own = self._steps.setdefault(self.node_of(model), {})
        for base in self._models.bases(model):
            parent = self.node_of(base)
            if not (base.fact.abstract or model.fact.proxy or model.fact.abstract):
                child = Step(self.node_of(model), is_back=True, is_single=True)
                self._steps.setdefault(parent, {}).setdefault(model.symbol.last.lower(), child)
            self._inherit_into(base, done)
            for name, step in self._steps.get(parent, {}).items():
                if not (base.fact.abstract and step.is_back):
                    own.setdefault(name, step)


def _label_of(dotted: str) -> str:
    """`auth.user` for a third party's model, whether it was named as `auth.User` or imported."""
    package, models, name = dotted.lower().rpartition(".models.")
    return f"{package.rpartition('.')[2]}.{name.rpartition('.')[2]}" if models else name


def _filled(name: str, model: Model) -> str:
    return (
        name.replace("%(class)s", model.symbol.last.lower())
        .replace("%(app_label)s", model.label.lower())
        .replace("%(model_name)s", model.symbol.last.lower())
    )
