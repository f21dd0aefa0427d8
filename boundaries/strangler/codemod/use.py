"""What stops working when a foreign key becomes a reference, and what of it can be rewritten for sure?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from boundaries.enforcement.source.lookup import RELATED_METHODS
from boundaries.enforcement.source.model import Model
from boundaries.enforcement.source.project import Symbol
from boundaries.enforcement.source.relations import Node
from boundaries.strangler.codemod.ground import Ground
from boundaries.strangler.codemod.mention import READS_COLUMN, Mention, Mentions
from boundaries.strangler.codemod.text import Edit

_ON_KEYS = frozenset({"exact", "gt", "gte", "in", "isnull", "lt", "lte", "range"})
_FOLLOWING = frozenset(
    {
        "prefetch_related", "prefetch_related_objects", "Prefetch", "select_related", "getattr", "hasattr", "setattr",
        "attrgetter", "order_by", "earliest", "latest", "raw_id_fields", "autocomplete_fields", "list_display",
        "list_filter", "list_select_related", "radio_fields", "search_fields", "order_with_respect_to", "fk_name",
        "ordering", "get_latest_by", "filter_horizontal", "filter_vertical",
    }
)  # fmt: skip
_READING = frozenset(
    {
        "aggregate", "all", "annotate", "count", "distinct", "earliest", "exclude", "exists", "filter", "first", "get",
        "in_bulk", "iterator", "last", "latest", "order_by", "values", "values_list",
    }
)  # fmt: skip
YES, NO, MAYBE = "yes", "no", "maybe"


@dataclass(frozen=True, slots=True)
class Relation:
    """A foreign key between contexts: the model that holds it, its name, where it leads, and the names back.

    `declaring` is the model itself or the abstract base that declares it; `key` is the name of the target's field that
    the column holds.
    """

    model: Model
    declaring: Model
    name: str
    target: Node
    accessor: str
    query_name: str
    key: str
    is_one_to_one: bool
    by_primary_key: bool = True

    @property
    def words(self) -> frozenset[str]:
        """What is looked for."""
        return frozenset({self.name, self.accessor, self.query_name} - {""})


@dataclass(frozen=True, slots=True)
class Use:
    """One place that follows the relation; `edit` does the same without it, None leaves it to people."""

    path: str
    line: int
    what: str
    edit: Edit | None = None


def uses_of(relation: Relation, mentions: Mentions, ground: Ground) -> list[Use]:
    """Every place that the foreign key's end would break, or that may be one."""
    reader = _Reader(relation, ground)
    found: list[Use] = []
    for mention in mentions.of(relation.name):
        found += reader.forward(mention)
    for word in {relation.accessor, relation.query_name} - {"", relation.name}:
        for mention in mentions.of(word):
            found += reader.back(mention)
    return [*found, *_declared_uses(relation, ground)]


def ends_at_key(rest: list[str]) -> bool:
    """Whether what follows a relation in a path compares the column itself: nothing, or `in`."""
    return not rest or (len(rest) == 1 and rest[0] in _ON_KEYS)


def forms_of(relation: Relation, ground: Ground) -> list[str]:
    """The forms and admin classes of the model, by dotted name: where one chose an object, one writes an identity."""
    analysis = ground.analysis
    return sorted(
        f"{file.module}.{found.qualname}"
        for file, facts in analysis.project.files()
        for found in facts.classes
        if any(base.endswith(("Form", "ModelAdmin")) for base in found.bases)
        and (node := analysis.chains.node_of_class(file.module, found.qualname)) is not None
        and node.model is relation.model
    )


class _Reader:
    def __init__(self, relation: Relation, ground: Ground) -> None:
        self._relation = relation
        self._ground = ground
        self._analysis = ground.analysis
        self._source = ground.analysis.relations.node_of(relation.declaring)
        holders = ground.analysis.relations.nodes_with(relation.name)
        self._sources = frozenset(node for node in holders if self._inherits(node))
        self._is_only = self._sources == {*holders}

    def forward(self, mention: Mention) -> Iterator[Use]:
        """Uses of the field's own name."""
        if mention.role == "template":
            yield self._by_hand(mention)
        elif mention.role == "attribute":
            yield from self._attribute(mention)
        else:
            yield from self._path(mention)

    def back(self, mention: Mention) -> Iterator[Use]:
        """Uses of the names back."""
        if mention.role == "template":
            yield self._by_hand(mention)
        elif mention.role == "attribute":
            yield from self._accessor(mention)
        elif self._leads_back(mention):
            yield self._by_hand(mention)

    def _attribute(self, mention: Mention) -> Iterator[Use]:
        relation, sure = self._relation, self._is_ours(mention)
        if sure == NO or not mention.is_read or mention.is_called:
            return
        column = Edit(mention.receiver_end, mention.end, f".{relation.name}_id")
        if sure == YES and mention.next_attribute in self._keys():
            yield self._rewritten(mention, Edit(column.start, mention.next_end, column.text))
        elif sure == YES and mention.is_none_test:
            yield self._rewritten(mention, column)
        else:
            yield self._by_hand(mention)

    def _path(self, mention: Mention) -> Iterator[Use]:
        """Keywords and strings: `payment__pk__in`, `-payment__amount`, `payment`."""
        parts = mention.said.split("__")
        at = parts.index(mention.word)
        rest = parts[at + 1 :]
        sure = self._is_at(mention, parts[:at])
        if sure == NO:
            return
        if mention.role == "keyword" and ends_at_key(rest):
            if _updates_by_object(mention):
                yield self._by_hand(mention)
        elif ends_at_key(rest):
            if mention.holder in _FOLLOWING and not self._is_in_our_admin(mention):
                yield self._followed(mention, sure, is_alone=len(parts) == 1)
        elif (
            sure == YES
            and mention.holder in READS_COLUMN
            and rest[0] in self._keys()
            and ends_at_key(rest[1:])
        ):
            shorter = "__".join([*parts[:at], f"{mention.word}_id", *rest[1:]])
            yield self._rewritten(mention, Edit(mention.start, mention.end, shorter))
        else:
            yield self._by_hand(mention)

    def _followed(self, mention: Mention, sure: str, *, is_alone: bool) -> Use:
        """A `select_related` of it is of no use any more: nothing else follows it."""
        if mention.holder != "select_related" or sure != YES or not is_alone or mention.role != "string":
            return self._by_hand(mention)
        places = mention.arguments
        at = next((n for n, (start, end) in enumerate(places) if start <= mention.start < end), None)
        if at is None:
            return self._by_hand(mention)
        if len(places) == 1:
            return self._rewritten(mention, Edit(mention.receiver_end, mention.call_end, ""))
        edit = Edit(places[at - 1][1], places[at][1], "") if at else Edit(places[0][0], places[1][0], "")
        return self._rewritten(mention, edit)

    def _accessor(self, mention: Mention) -> Iterator[Use]:
        relation, project = self._relation, self._analysis.project
        node = self._node(mention)
        if node is None:
            if self._may_be(mention) and (self._is_way_back(mention) or not self._others(mention.word)):
                yield self._by_hand(mention)
            return
        step = self._analysis.relations.steps(node).get(mention.word)
        if node != relation.target or step is None or not step.is_back or not self._is_source(step.to):
            return
        model = relation.model.symbol.last
        is_known = project.resolve(mention.module, model) == relation.model.symbol
        is_certain = self._is_certain(mention, mention.chain)
        is_near = self._ground.context_map.context_of_module(mention.module) in {relation.model.context, None}
        if (
            relation.is_one_to_one or mention.next_attribute not in _READING or self._has_managers()
            or not (is_known and is_certain and is_near)
        ):  # fmt: skip
            yield self._by_hand(mention)
            return
        receiver = self._ground.content(mention.path)[mention.receiver_start : mention.receiver_end].decode()
        key = "pk" if relation.by_primary_key else relation.key
        manager = f"{model}.objects.filter({relation.name}_id={receiver}.{key})"
        yield self._rewritten(mention, Edit(mention.start, mention.end, manager))

    def _leads_back(self, mention: Mention) -> bool:
        """Whether a path goes through the relation from its target."""
        parts = mention.said.split("__")
        at = parts.index(mention.word)
        node = self._walk(self._node(mention), parts[:at])
        if node is not None:
            return node == self._relation.target
        return len(parts) > 1 or (not self._others(mention.word) and mention.holder in _FOLLOWING)

    def _others(self, word: str) -> bool:
        """Whether the name back is a relation of other models too."""
        return any(node != self._relation.target for node in self._analysis.relations.nodes_with(word))

    def _is_way_back(self, mention: Mention) -> bool:
        """Whether an attribute is used as a name back is: as a manager, or one to one."""
        is_manager = mention.word.endswith("_set") or mention.next_attribute in RELATED_METHODS
        return is_manager or self._relation.is_one_to_one

    def _is_ours(self, mention: Mention) -> str:
        """Whether an attribute is taken of the model that holds the relation."""
        node = self._node(mention) if mention.chain else None
        if node is None:
            return MAYBE if self._may_be(mention) else NO
        return self._holds(node, mention)

    def _may_be(self, mention: Mention) -> bool:
        """Whether something of which nothing is known may be an object of a model: no module, request or view."""
        if mention.chain == "self":
            return self._is_model_class(mention)
        symbol = self._analysis.project.resolve(mention.module, mention.chain) if mention.chain else None
        is_object = symbol is None or (symbol.is_inside and bool(symbol.qualname))
        return is_object and mention.chain.rpartition(".")[2] != "request"

    def _is_at(self, mention: Mention, before: list[str]) -> str:
        """Whether a path has come to the model that holds the relation when it takes the word."""
        start = self._node(mention) if mention.chain else self._node_of_class(mention)
        if start is None:
            holders = self._analysis.relations.nodes_with(mention.word)
            return MAYBE if any(self._is_source(node) for node in holders) else NO
        node = self._walk(start, before)
        return NO if node is None else self._holds(node, mention)

    def _holds(self, node: Node, mention: Mention) -> str:
        step = self._analysis.relations.steps(node).get(mention.word)
        if step is None or step.is_back or step.to != self._relation.target or not self._is_source(node):
            return NO
        return YES if self._is_certain(mention, mention.chain) else MAYBE

    def _is_certain(self, mention: Mention, chain: str) -> bool:
        """Whether the model was told by the code, or guessed from a name that can mean no other."""
        head = chain.partition(".")[0]
        is_told = bool(mention.origin) or head in {"", "self", "cls"}
        is_told = is_told or self._analysis.project.resolve(mention.module, head) is not None
        return is_told or self._is_only

    def _is_source(self, node: Node) -> bool:
        """Whether it is the relation's model, or one that inherits the field."""
        return node in self._sources

    def _inherits(self, node: Node) -> bool:
        relations, models = self._analysis.relations, self._analysis.models
        if node == self._source or node.model is None:
            return node == self._source
        return any(self._inherits(relations.node_of(base)) for base in models.bases(node.model))

    def _is_model_class(self, mention: Mention) -> bool:
        inside = mention.scope.split(".<locals>", maxsplit=1)[0].rpartition(".")[0]
        return self._analysis.models.of_symbol(Symbol(mention.module, inside)) is not None

    def _node(self, mention: Mention) -> Node | None:
        return self._ground.node(mention.chain, mention.module, mention.scope, mention.origin)

    def _node_of_class(self, mention: Mention) -> Node | None:
        """The model that the class around a string works on; a `Meta` is part of its class."""
        scope = mention.scope.removesuffix(".Meta")
        return self._analysis.chains.node_of_class(mention.module, scope) if scope else None

    def _walk(self, node: Node | None, parts: list[str]) -> Node | None:
        for part in parts:
            step = self._analysis.relations.steps(node).get(part) if node else None
            node = step.to if step else None
        return node

    def _keys(self) -> frozenset[str]:
        return frozenset(
            {"pk", self._relation.key} if self._relation.by_primary_key else {self._relation.key}
        )

    def _is_in_our_admin(self, mention: Mention) -> bool:
        """Whether the class around shows references by itself."""
        found = self._analysis.project.class_fact(Symbol(mention.module, mention.scope))
        return found is not None and any(base.endswith("ReferenceAdmin") for base in found.bases)

    def _has_managers(self) -> bool:
        """Whether the model brings managers of its own: then `objects` may be another than the way back uses."""
        model = self._relation.model
        fields = [field for _, field in self._analysis.models.fields(model)]
        return any("anager" in f.callee or f.callee.endswith(("as_manager", "from_queryset")) for f in fields)

    def _rewritten(self, mention: Mention, edit: Edit) -> Use:
        return Use(mention.path, mention.line, mention.said, edit)

    def _by_hand(self, mention: Mention) -> Use:
        return Use(mention.path, mention.line, mention.said)


def _updates_by_object(mention: Mention) -> bool:
    """Whether it may be `update(payment=an_object)`, which Django takes for foreign keys alone."""
    return mention.holder in {"update", "aupdate"} and not (
        mention.value == "None" or mention.value.endswith((".pk", ".id", "_id"))
    )


def _declared_uses(relation: Relation, ground: Ground) -> Iterator[Use]:
    """Classes that show the relation: a nested serializer, an inline of the model in the other's admin."""
    analysis = ground.analysis
    for file, facts in analysis.project.files():
        for found in facts.classes if file.purpose != "migration" else ():
            is_inline = any(base.endswith("Inline") for base in found.bases)
            names = [field for field in found.fields if field.name == relation.name and field.callee]
            if not (is_inline or names) or analysis.models.of_symbol(Symbol(file.module, found.qualname)):
                continue
            node = analysis.chains.node_of_class(file.module, found.qualname)
            if node is None or node.model is not relation.model:
                continue
            if is_inline:
                yield Use(file.relative, found.line, f"{found.qualname} is an inline by a foreign key")
            for field in names:
                yield Use(file.relative, field.line, f"{found.qualname}.{field.name} = {field.callee}(...)")
