"""Which operations would serve the uses that were found?"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from boundaries.enforcement.door.kind import UNKNOWN, Columns
from boundaries.enforcement.door.use import ASKS, Use
from boundaries.enforcement.source.project import Symbol

_WRITES = frozenset(
    {
        "save", "create", "delete", "update", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
        "publish", "add", "remove", "clear", "send", "delay", "apply_async",
    }
)  # fmt: skip
Shape = Literal["one", "many", "flag", "number", "nothing", "given"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One keyword-only parameter: how callers name it, its type, and the ORM lookup that it stands for."""

    name: str
    type: str
    lookup: str


@dataclass(frozen=True)
class Operation:
    """One operation of the door. `returns` is the type in its signature, `sites` the uses that it would serve.

    `batch` is the parameter that takes many at once, where it was asked for one by one; `shape` is what comes back.
    """

    name: str
    is_command: bool
    symbol: Symbol
    verb: str
    parameters: tuple[Parameter, ...]
    returns: str
    shape: Shape
    batch: Parameter | None
    sites: tuple[Use, ...]

    @property
    def is_looped(self) -> bool:
        """Whether somebody asks once for each turn of a loop."""
        return any(site.in_loop for site in self.sites)


def operations_of(
    uses: Iterable[Use],
    *,
    columns: Mapping[Symbol, Columns],
    definition: Callable[[Symbol], ast.FunctionDef | ast.AsyncFunctionDef | None],
) -> list[Operation]:
    """One operation for all uses that ask the same of the same thing, most used first."""
    groups: dict[tuple[Symbol, str, tuple[str, ...], tuple[str, ...]], list[Use]] = {}
    for use in uses:
        if use.verb != "mention":
            asked = "get" if use.verb == "filter" and use.keys == ("id",) else use.verb
            key = (use.symbol, asked, tuple(sorted(use.keys)), tuple(sorted(use.values)))
            groups.setdefault(key, []).append(use)
    found = []
    for (symbol, verb, *_), sites in groups.items():
        if symbol in columns:
            found.append(_of_model(symbol, verb, sites, columns[symbol]))
        elif (node := definition(symbol)) is not None:
            found.append(_of_function(symbol, sites, node))
    return _named_once(sorted(_merged(found), key=lambda item: (-len(item.sites), item.name)))


def snake(name: str) -> str:
    """`BookingLine` as `booking_line`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def plural(name: str) -> str:
    """More than one of them, as far as English is regular."""
    if re.search(r"[^aeiou]y$", name):
        return f"{name[:-1]}ies"
    if re.search(r"(?:ss|us|x|ch|sh)$", name):
        return f"{name}es"
    return name if name.endswith("s") else f"{name}s"


def _of_model(symbol: Symbol, verb: str, sites: list[Use], columns: Columns) -> Operation:
    one, many = snake(symbol.last), plural(snake(symbol.last))
    keys = tuple(_parameter(key, one, columns) for key in sorted(sites[0].keys))
    values = tuple(_parameter(value, one, columns) for value in sites[0].values)
    value_names = {value.name for value in values}
    keys = tuple(key for key in keys if key.name not in value_names)
    by = f"_by_{'_and_'.join(key.name for key in keys)}" if keys else ""
    is_single = len(keys) == 1 and verb in ASKS and keys[0].lookup in columns.types
    if is_single:
        return _batch(symbol, verb, sites, keys[0], one=one, many=many)
    name, returns, shape = _told(verb, symbol.last, one=one, many=many, by=by)
    return Operation(
        name, verb not in ASKS, symbol, verb, (*keys, *values), returns, shape, None, tuple(sites)
    )


def _batch(symbol: Symbol, verb: str, sites: list[Use], key: Parameter, *, one: str, many: str) -> Operation:
    """Asked by one column: for many values at once, so that a loop costs one call."""
    listed = Parameter(plural(key.name), f"Sequence[{key.type}]", f"{key.lookup}__in")
    is_key = key.lookup == "id"
    shapes: dict[str, tuple[str, str, Shape]] = {
        "get": (f"{many}_by_{key.name}", symbol.last, "one"),
        "filter": (f"{many}_by_{key.name}", f"list[{symbol.last}]", "many"),
        "exists": (f"has_{one}_by_{key.name}", "bool", "flag"),
        "count": (f"count_{many}_by_{key.name}", "int", "number"),
    }
    name, value, shape = shapes[verb]
    name = many if is_key and verb == "get" else name
    returns = f"dict[{key.type}, {value}]"
    return Operation(name, False, symbol, verb, (listed,), returns, shape, key, tuple(sites))


def _told(verb: str, model: str, *, one: str, many: str, by: str) -> tuple[str, str, Shape]:
    told: dict[str, tuple[str, str, Shape]] = {
        "get": (f"{one}{by}" if by else f"any_{one}", f"{model} | None", "one"),
        "filter": (f"{many}{by}" if by else f"all_{many}", f"list[{model}]", "many"),
        "exists": (f"has_{one}{by}", "bool", "flag"),
        "count": (f"count_{many}{by}", "int", "number"),
        "create": (f"create_{one}", model, "one"),
        "update": (f"update_{many}{by}", "int", "number"),
        "delete": (f"delete_{many}{by}", "int", "number"),
    }
    return told[verb]


def _of_function(symbol: Symbol, sites: list[Use], node: ast.FunctionDef | ast.AsyncFunctionDef) -> Operation:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    parameters = tuple(Parameter(item.arg, _annotated(item.annotation), item.arg) for item in arguments)
    returns = _annotated(node.returns)
    shape: Shape = "nothing" if returns == "None" else "given"
    return Operation(
        symbol.last, _writes(node), symbol, "call", parameters, returns, shape, None, tuple(sites)
    )


def _annotated(node: ast.expr | None) -> str:
    """An annotation that needs no import of its own; `Any` for the others, which somebody has to decide."""
    text = ast.unparse(node) if node is not None else ""
    return text if text and set(re.findall(r"[A-Za-z_]\w*", text)) <= _PLAIN else UNKNOWN


_PLAIN = frozenset(
    {
        "int",
        "str",
        "bool",
        "float",
        "bytes",
        "None",
        "list",
        "dict",
        "tuple",
        "UUID",
        "Decimal",
        "datetime",
        "date",
    }
)


def _writes(node: ast.AST) -> bool:
    names = (inner.func for inner in ast.walk(node) if isinstance(inner, ast.Call))
    return any(
        (name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")) in _WRITES
        for name in names
    )


def _parameter(lookup: str, one: str, columns: Columns) -> Parameter:
    first, _, rest = lookup.partition("__")
    column = columns.attribute(first)
    name = f"{one}_id" if column == "id" else column
    is_plain = not rest or (rest == "id" and column.endswith("_id"))
    if is_plain:
        return Parameter(name, columns.type_of(first), column)
    return Parameter(
        f"{first}_{rest.replace('__', '_')}", columns.type_of(first) if _compares(rest) else UNKNOWN, lookup
    )


def _compares(rest: str) -> bool:
    return rest in {"lt", "lte", "gt", "gte", "contains", "icontains", "iexact", "startswith", "istartswith"}


def _merged(operations: list[Operation]) -> list[Operation]:
    """One of those that only spell the same columns differently: `loan=` and `loan_id=`."""
    found: dict[tuple[object, ...], list[Operation]] = {}
    for operation in operations:
        key = (operation.symbol, operation.name, operation.parameters, operation.returns)
        found.setdefault(key, []).append(operation)
    return [replace(alike[0], sites=_at_places(alike)) for alike in found.values()]


def _at_places(alike: list[Operation]) -> tuple[Use, ...]:
    """The uses of all of them; what stands twice on one line is told once, with everything that is read there."""
    places: dict[tuple[str, int], Use] = {}
    for use in (site for operation in alike for site in operation.sites):
        known = places.setdefault((use.path, use.line), use)
        places[use.path, use.line] = replace(known, reads=known.reads | use.reads)
    return tuple(places.values())


def _named_once(operations: list[Operation]) -> list[Operation]:
    """Two operations of one name cannot be: the later one is numbered, for somebody to name."""
    taken: Counter[str] = Counter()
    named = []
    for operation in operations:
        taken[operation.name] += 1
        number = taken[operation.name]
        named.append(operation if number == 1 else replace(operation, name=f"{operation.name}_{number}"))
    return named
