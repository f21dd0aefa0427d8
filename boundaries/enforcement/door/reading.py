"""How does one file use what another context owns?"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from boundaries.enforcement.door.use import Use, Verb
from boundaries.enforcement.source.parse import parse
from boundaries.enforcement.source.project import Symbol
from boundaries.enforcement.source.tree import SourceFile

Resolve = Callable[[str], Symbol | None]
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_MANAGERS = frozenset({"objects", "_default_manager", "_base_manager", "all_objects"})
# What the last word of a chain that matters makes of it.
_ENDS: dict[str, Verb] = {
    "get": "get", "first": "get", "last": "get", "earliest": "get", "latest": "get", "aget": "get", "afirst": "get",
    "exists": "exists", "count": "count", "aexists": "exists", "acount": "count", "aggregate": "count",
    "create": "create", "get_or_create": "create", "update_or_create": "create", "bulk_create": "create",
    "acreate": "create", "update": "update", "bulk_update": "update", "delete": "delete", "aupdate": "update",
}  # fmt: skip
_CHOOSES = frozenset({"get", "filter", "exclude", "aget", "get_or_create", "update_or_create"})
_BY_KEY = frozenset({"get_object_or_404", "aget_object_or_404", "get_list_or_404"})
_SAVES = frozenset({"save", "asave"})
# Words of query sets and managers, and of every object: they say nothing of what is read.
_NOT_READ = _SAVES | frozenset(
    {
        "add", "aggregate", "all", "annotate", "clear", "count", "create", "delete", "distinct", "exclude", "exists",
        "filter", "first", "full_clean", "get", "iterator", "last", "only", "order_by", "prefetch_related",
        "refresh_from_db", "remove", "select_for_update", "select_related", "set", "update", "values", "values_list",
    }
)  # fmt: skip
_DELETES = frozenset({"delete", "adelete"})


@dataclass(frozen=True)
class Chain:
    """A name with everything that hangs on it: its words, the calls among them, and where it ends."""

    symbol: Symbol
    node: ast.expr
    words: tuple[tuple[str, ast.Call | None], ...]
    head: ast.expr


@dataclass(frozen=True)
class Reading:
    """One file, as far as it uses what a context owns. `resolve` says what a dotted name in it stands for."""

    file: SourceFile
    context: str
    resolve: Resolve
    is_wanted: Callable[[Symbol], bool]
    is_model: Callable[[Symbol], bool]

    def uses(self) -> Iterator[Use]:
        """Every use, in order of the file."""
        for statement in self._body:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    chain = self._chain(node)
                    if chain is not None:
                        yield self._use(chain)

    def reads_through(self, relation: str) -> Iterator[tuple[int, str, str, bool]]:
        """Where something of the object behind a relation's field is read: line, scope, attribute, and whether in a loop."""
        for statement in self._body:
            for node in ast.walk(statement):
                behind = node.value if isinstance(node, ast.Attribute) else None
                if isinstance(behind, ast.Attribute) and behind.attr == relation:
                    assert isinstance(node, ast.Attribute)
                    if node.attr not in {"pk", "id", *_NOT_READ}:
                        yield node.lineno, self._scope(node), node.attr, self._is_in_loop(node)

    @cached_property
    def _body(self) -> list[ast.stmt]:
        return parse(Path(self.file.path).read_bytes())[0]

    @cached_property
    def _parents(self) -> dict[ast.AST, ast.AST]:
        return {
            child: node
            for statement in self._body
            for node in ast.walk(statement)
            for child in ast.iter_child_nodes(node)
        }

    def _chain(self, node: ast.Name) -> Chain | None:
        """The chain that begins with a name, if what it stands for is wanted; modules are gone through."""
        dotted, here = node.id, node
        symbol = self.resolve(dotted)
        top: ast.expr = here
        while symbol is not None and not symbol.qualname:
            parent = self._parents.get(top)
            if not isinstance(parent, ast.Attribute):
                return None
            dotted, top = f"{dotted}.{parent.attr}", parent
            symbol = self.resolve(dotted)
        if symbol is None or not self.is_wanted(symbol):
            return None
        end, words = self._follow(top)
        return Chain(symbol, end, words, top)

    def _follow(self, node: ast.expr) -> tuple[ast.expr, tuple[tuple[str, ast.Call | None], ...]]:
        words: list[tuple[str, ast.Call | None]] = []
        while True:
            parent = self._parents.get(node)
            if isinstance(parent, ast.Attribute) and parent.value is node:
                words.append((parent.attr, None))
                node = parent
            elif isinstance(parent, ast.Call) and parent.func is node:
                name = words.pop()[0] if words and words[-1][1] is None else ""
                words.append((name, parent))
                node = parent
            else:
                return node, tuple(words)

    def _use(self, chain: Chain) -> Use:
        if self.is_model(chain.symbol):
            return self._use_of_model(chain)
        if chain.words and chain.words[0][0] == "" and chain.words[0][1] is not None:
            return self._made(chain, "call", name=chain.symbol.last)
        return self._mention(chain)

    def _use_of_model(self, chain: Chain) -> Use:
        by_key = self._call_around(chain.head)
        if by_key is not None:
            return self._object(chain, "get", keys=_columns(_given(by_key)), node=by_key)
        words = chain.words
        if words and words[0][0] == "" and words[0][1] is not None:
            return self._made(chain, "create", values=_given(words[0][1]))
        if not words or words[0][0] not in _MANAGERS:
            return self._mention(chain)
        return self._query(chain, words[1:])

    def _query(self, chain: Chain, words: tuple[tuple[str, ast.Call | None], ...]) -> Use:
        keys: dict[str, None] = {}
        verb: Verb = "filter"
        for word, call in words:
            if call is None:
                continue
            given = tuple(name for name in _given(call) if name != "defaults")
            if word in _CHOOSES:
                keys |= dict.fromkeys(_columns(given))
            if word in _ENDS:
                verb = _ENDS[word]
                if verb in {"create", "update"}:
                    return self._made(chain, verb, keys=tuple(keys), values=given)
                break
        return self._object(chain, verb, keys=tuple(keys), node=chain.node)

    def _object(self, chain: Chain, verb: Verb, *, keys: tuple[str, ...], node: ast.expr) -> Use:
        """What is asked for, or, where the answer is changed and saved at once, the change."""
        target = _bound_to(self._parents.get(node), node)
        touched = list(self._touched(target, node)) if target else []
        written = sorted({item.attr for item in touched if isinstance(item.ctx, ast.Store)})
        read = frozenset(item.attr for item in touched if isinstance(item.ctx, ast.Load))
        if read & _DELETES:
            return self._made(chain, "delete", keys=keys)
        if written and read & _SAVES:
            return self._made(chain, "update", keys=keys, values=tuple(written))
        return self._made(chain, verb, keys=keys, reads=(read | self._tail(chain)) - _NOT_READ)

    def _mention(self, chain: Chain) -> Use:
        return self._made(chain, "mention", name=".".join(word for word, _ in chain.words if word))

    def _made(
        self,
        chain: Chain,
        verb: Verb,
        *,
        name: str = "",
        keys: tuple[str, ...] = (),
        values: tuple[str, ...] = (),
        reads: frozenset[str] = frozenset(),
    ) -> Use:
        return Use(
            context=self.context,
            path=self.file.relative,
            line=chain.head.lineno,
            scope=self._scope(chain.head),
            symbol=chain.symbol,
            verb=verb,
            name=name,
            keys=keys,
            values=values,
            reads=reads,
            in_loop=self._is_in_loop(chain.head),
        )

    def _call_around(self, node: ast.expr) -> ast.Call | None:
        """`get_object_or_404(Model, ...)` around a model."""
        parent = self._parents.get(node)
        is_first = isinstance(parent, ast.Call) and bool(parent.args) and parent.args[0] is node
        if isinstance(parent, ast.Call) and is_first and _last_name(parent.func) in _BY_KEY:
            return parent
        return None

    def _touched(self, name: str, node: ast.AST) -> Iterator[ast.Attribute]:
        """The attributes of what a name is bound to, in the function where that happens."""
        place = self._function_of(node)
        for statement in place.body if place is not None else self._body:
            for inner in ast.walk(statement):
                if (
                    isinstance(inner, ast.Attribute)
                    and isinstance(inner.value, ast.Name)
                    and inner.value.id == name
                ):
                    yield inner

    @staticmethod
    def _tail(chain: Chain) -> frozenset[str]:
        """What is read of the answer at once: `Payment.objects.get(...).state`."""
        is_asked = any(call is not None for _, call in chain.words)
        is_read = is_asked and isinstance(chain.node, ast.Attribute)
        return frozenset({chain.words[-1][0]} if is_read else ())

    def _function_of(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        while (parent := self._parents.get(node)) is not None:
            if isinstance(parent, _FUNCTIONS):
                return parent
            node = parent
        return None

    def _is_in_loop(self, node: ast.AST) -> bool:
        while (parent := self._parents.get(node)) is not None and not isinstance(parent, _FUNCTIONS):
            if isinstance(parent, _LOOPS) and node is not getattr(parent, "iter", None):
                return True
            if isinstance(parent, _COMPREHENSIONS) and not isinstance(node, ast.comprehension):
                return True
            if isinstance(parent, ast.comprehension) and node is not parent.iter:
                return True
            node = parent
        return False

    def _scope(self, node: ast.AST) -> str:
        names: list[str] = []
        while (parent := self._parents.get(node)) is not None:
            if isinstance(parent, (*_FUNCTIONS, ast.ClassDef)):
                names.append(parent.name)
            node = parent
        return ".".join(reversed(names))


def _bound_to(parent: ast.AST | None, node: ast.expr) -> str | None:
    """The name that an expression is given: by an assignment, or turn by turn in a loop."""
    target: ast.expr | None = None
    if isinstance(parent, ast.Assign):
        target = parent.targets[0] if parent.value is node else None
    elif isinstance(parent, ast.AnnAssign | ast.NamedExpr):
        target = parent.target if parent.value is node else None
    elif isinstance(parent, ast.For | ast.AsyncFor | ast.comprehension):
        target = parent.target if parent.iter is node else None
    return target.id if isinstance(target, ast.Name) else None


def _given(call: ast.Call) -> tuple[str, ...]:
    return tuple(keyword.arg for keyword in call.keywords if keyword.arg)


def _columns(lookups: tuple[str, ...]) -> tuple[str, ...]:
    plain = (lookup.removesuffix("__in") for lookup in lookups)
    return tuple("id" if name == "pk" else name for name in plain)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
