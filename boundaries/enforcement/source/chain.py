"""Which model's object or queryset does a chain of names hold?"""

from __future__ import annotations

from boundaries.enforcement.source.facts import CALL, NAME, TEXT
from boundaries.enforcement.source.lookup import MANAGERS, RELATED_METHODS
from boundaries.enforcement.source.model import Models, Target
from boundaries.enforcement.source.project import Symbol
from boundaries.enforcement.source.relations import Node, Relations
from boundaries.enforcement.source.work import WorkingModels

# After these, a chain still is about the same model.
_PASSING = RELATED_METHODS | set(MANAGERS) | {"aggregate", "get_queryset", "reverse", "union", "with_perm"}
# How a class that works on a model calls its objects.
_OF_WORK = frozenset(
    {"get_object", "get_queryset", "instance", "model", "obj", "object", "object_list", "queryset", "qs"}
)
_LONGEST = 12


class Chains:
    """Follows chains of names along classes, local bindings and relations."""

    def __init__(self, models: Models, relations: Relations) -> None:
        self._models = models
        self._relations = relations
        self._work = WorkingModels(models)
        # A module names the same models again and again.
        self._named: dict[tuple[str, str], Node | None] = {}

    def node(self, chain: str, *, module: str, scope: str, origin: str = "") -> Node | None:
        """The model at the end of a chain written in `scope` of `module`; None where nothing tells.

        :param origin: what the chain's first name was bound to, as in a fact.
        """
        return self._node(chain, module, scope, origin, 0)

    def node_of_class(self, module: str, qualname: str) -> Node | None:
        """The model that a class is, or works on."""
        model = self._models.of_symbol(Symbol(module, qualname))
        if model is not None:
            return self._relations.node_of(model)
        work = self._work.of_class(module, qualname)
        return self._node(work.chain, work.module, "", "", 1) if work else None

    def _node(self, chain: str, module: str, scope: str, origin: str, depth: int) -> Node | None:
        if chain[:1] in {CALL, TEXT}:
            label = self._models.apps.label_of(module)
            return self._known(self._models.meant_by(chain, module=module, label=label))
        parts = [part.removesuffix("()") for part in chain.split(".")] if chain else []
        if depth > 4 or len(parts) > _LONGEST:
            return None
        node, rest = self._head(parts, module, scope, origin, depth)
        for part in rest:
            node = self._next(node, part)
        return node

    def _next(self, node: Node | None, part: str) -> Node | None:
        if node is not None:
            step = self._relations.steps(node).get(part)
            if step is not None:
                return step.to
            if part in _PASSING:
                return node
        return self._relations.hinted(part)

    def _head(
        self, parts: list[str], module: str, scope: str, origin: str, depth: int
    ) -> tuple[Node | None, list[str]]:
        """The model of a chain's beginning, and the rest of the chain."""
        if not parts:
            return None, []
        inside = _class_of(scope)
        if parts[0] in {"self", "cls"}:
            return self._head_of_self(parts, module, inside)
        if origin and (node := self._origin_node(origin, module, scope, depth)):
            return node, parts[1:]
        return self._head_by_name(parts, module, inside)

    def _head_by_name(self, parts: list[str], module: str, inside: str) -> tuple[Node | None, list[str]]:
        """The model that a chain's beginning names: a class, what a constant holds, or as variables are called."""
        if parts[0] == "get_user_model":
            return self._known(
                self._models.meant_by(f"{CALL}get_user_model", module=module, label="")
            ), parts[1:]
        # Where the first name means nothing, no longer one does, unless it is a setting's.
        is_bound = self._models.project.resolve(module, parts[0]) is not None or "settings" in parts
        for size in range(len(parts), 0, -1) if is_bound else ():
            node = self._named_node(".".join(parts[:size]), module)
            if node is not None:
                return node, parts[size:]
        if parts[0] in _OF_WORK and inside and (node := self.node_of_class(module, inside)):
            return node, parts[1:]
        return self._relations.hinted(parts[0]), parts[1:]

    def _named_node(self, name: str, module: str) -> Node | None:
        if (name, module) not in self._named:
            target = self._models.meant_by(f"{NAME}{name}", module=module, label="")
            self._named[name, module] = self._known(target)
        return self._named[name, module]

    def _head_of_self(self, parts: list[str], module: str, inside: str) -> tuple[Node | None, list[str]]:
        node = self.node_of_class(module, inside) if inside else None
        if len(parts) > 1 and parts[1] in _OF_WORK:
            return node, parts[2:]
        is_model = inside and self._models.of_symbol(Symbol(module, inside)) is not None
        return (node if is_model else None), parts[1:]

    def _known(self, target: Target | None) -> Node | None:
        """The node of a model, if it is one of the project's or one of the project's points at it."""
        node = self._relations.node_of_target(target) if target else None
        return node if node and (node.model or self._relations.steps(node)) else None

    def _origin_node(self, origin: str, module: str, scope: str, depth: int) -> Node | None:
        found = {self._node(chain, module, scope, "", depth + 1) for chain in origin.split("|")}
        return found.pop() if len(found) == 1 else None


def _class_of(scope: str) -> str:
    """The class that a function's scope lies in; empty outside."""
    return scope.split(".<locals>", maxsplit=1)[0].rpartition(".")[0] if scope else ""
