"""What does one file say? One walk over its tree; the tree is dropped afterwards."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from boundaries.enforcement.source.allow import allows_in
from boundaries.enforcement.source.annotation import annotations_in
from boundaries.enforcement.source.expression import dotted_name, encode, storable
from boundaries.enforcement.source.facts import (
    OTHER,
    TEXT,
    CallFact,
    ClassFact,
    DependencyFact,
    FieldFact,
    FileFacts,
    ImportFact,
    LookupFact,
    PathFact,
)
from boundaries.enforcement.source.lookup import MANAGERS, METHODS, paths_in
from boundaries.enforcement.source.parse import parse
from boundaries.enforcement.source.thin import lines_of, places_of_words, thin

_PATH = re.compile(r"[a-z_]\w*(?:\.\w+)+")
# Calls whose last name is one of these are kept; only lines with one of the words are searched.
CALLEES = (
    "get_model",
    "get_registered_model",
    "connect",
    "receiver",
    "execute",
    "executemany",
    "raw",
    "RunSQL",
)
_BLOCKS = frozenset({"body", "orelse", "finalbody", "handlers", "cases"})
_PLAIN_FIELDS = frozenset(
    {"ctx", "op", "ops", "id", "attr", "arg", "is_async", "conversion", "names", "level", "kind"}
)
# The fields of each node in which expressions stand.
_INNER_FIELDS = {
    kind: tuple(name for name in kind._fields if name not in _PLAIN_FIELDS)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
_FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef


def extract(content: bytes, *, loaders: Sequence[str] = (), is_door: bool = False) -> FileFacts:
    """The facts of one file.

    `loaders` are further function names whose calls are kept, such as a project's own `get_class`. With
    `is_door`, the names in signatures are kept too.
    """
    wanted = frozenset((*CALLEES, *loaders))
    places = places_of_words(content, (*wanted, *MANAGERS))
    statements, problem = parse(content, thinned=thin(content, places))
    reader = _Reader(wanted, lines_of(content, places))
    try:
        reader.read(statements, scope="", guarded=False)
    except RecursionError:
        problem = problem or "it is nested too deeply to be read"
    return FileFacts(
        imports=tuple(reader.imports),
        classes=tuple(reader.classes),
        assigns=reader.assigns,
        calls=tuple(reader.calls),
        lookups=tuple(reader.lookups),
        dependencies=tuple(reader.dependencies),
        functions=tuple(reader.functions),
        paths=tuple(reader.paths),
        allows=tuple(allows_in(content)),
        annotations=tuple(annotations_in(statements)) if is_door else (),
        problem=problem,
    )


class _Reader:
    def __init__(self, callees: frozenset[str], lines: list[int]) -> None:
        self.callees = callees
        self.lines = lines
        self.imports: list[ImportFact] = []
        self.classes: list[ClassFact] = []
        self.assigns: dict[str, str] = {}
        self.calls: list[CallFact] = []
        self.lookups: list[LookupFact] = []
        self.dependencies: list[DependencyFact] = []
        self.functions: list[str] = []
        self.paths: list[PathFact] = []

    def read(self, statements: Iterable[ast.stmt], *, scope: str, guarded: bool) -> None:
        """Read a block. `guarded` blocks run for type checkers only."""
        for statement in statements:
            if isinstance(statement, ast.Import):
                self._read_import(statement, scope, guarded)
            elif isinstance(statement, ast.ImportFrom):
                self._read_import_from(statement, scope, guarded)
            elif isinstance(statement, ast.ClassDef):
                self._read_class(statement, scope, guarded)
            elif isinstance(statement, _FUNCTION):
                if not scope:
                    self.functions.append(statement.name)
                inner = f"{_within(scope, statement.name)}.<locals>"
                self.read(statement.body, scope=inner, guarded=guarded)
                self._read_calls(statement, _within(scope, statement.name))
            else:
                self._read_plain(statement, scope, guarded)

    def _read_plain(self, statement: ast.stmt, scope: str, guarded: bool) -> None:
        if not scope:
            self._read_assignment(statement)
        if isinstance(statement, ast.If) and _is_type_checking(statement.test):
            self.read(statement.body, scope=scope, guarded=True)
            self.read(statement.orelse, scope=scope, guarded=guarded)
        else:
            for block in _blocks(statement):
                self.read(block, scope=scope, guarded=guarded)
        self._read_calls(statement, scope)

    def _read_import(self, node: ast.Import, scope: str, guarded: bool) -> None:
        for alias in node.names:
            self.imports.append(
                ImportFact(
                    alias.name,
                    0,
                    (),
                    alias.asname or "",
                    node.lineno,
                    node.col_offset + 1,
                    _clean(scope),
                    guarded,
                )
            )

    def _read_import_from(self, node: ast.ImportFrom, scope: str, guarded: bool) -> None:
        names = tuple((alias.name, alias.asname or alias.name) for alias in node.names)
        place = (node.lineno, node.col_offset + 1, _clean(scope), guarded)
        self.imports.append(ImportFact(node.module or "", node.level, names, "", *place))

    def _read_class(self, node: ast.ClassDef, scope: str, guarded: bool) -> None:
        qualname = _within(scope, node.name)
        fields: list[FieldFact] = []
        meta: dict[str, str] = {}
        texts: dict[str, str] = {}
        has_meta = False
        for statement in _flat(node.body):
            if isinstance(statement, ast.ClassDef) and statement.name == "Meta":
                has_meta = True
                meta = {name: encode(value) for name, value in _assignments(statement.body)}
            for name, value in _assignments([statement]):
                fields.append(_read_field(name, value, statement))
                if (
                    name in {"name", "label"}
                    and isinstance(value, ast.Constant)
                    and isinstance(value.value, str)
                ):
                    texts[name] = storable(value.value)
                if name == "dependencies" and isinstance(value, ast.List | ast.Tuple):
                    self.dependencies += _read_dependencies(value)
        self.classes.append(
            ClassFact(
                qualname=qualname,
                bases=tuple(encode(base) for base in node.bases),
                line=node.lineno,
                column=node.col_offset + 1,
                fields=tuple(fields),
                abstract=meta.get("abstract") == f"{OTHER}True",
                proxy=meta.get("proxy") == f"{OTHER}True",
                has_meta=has_meta,
                app_label=_text(meta.get("app_label")),
                db_table=_text(meta.get("db_table")),
                name=texts.get("name", ""),
                label=texts.get("label", ""),
            )
        )
        self.read(node.body, scope=qualname, guarded=guarded)
        self._read_calls(node, qualname)

    def _read_assignment(self, statement: ast.stmt) -> None:
        for name, value in _assignments([statement]):
            encoded = encode(value)
            if encoded[0] != OTHER:
                self.assigns[name] = encoded

    def _read_calls(self, statement: ast.stmt, scope: str) -> None:
        if not self.lines or not self._is_wanted(statement) or _is_bare_string(statement):
            return
        for expression in _expressions(statement):
            for node in self._walk(expression):
                if isinstance(node, ast.Call):
                    self._read_call(node, _clean(scope))
                elif isinstance(node, ast.Constant) and _is_path(node.value):
                    path = str(node.value)
                    self.paths.append(PathFact(path, node.lineno, node.col_offset + 1, _clean(scope)))

    def _read_call(self, node: ast.Call, scope: str) -> None:
        name = _last_name(node.func)
        if name in self.callees:
            self.calls.append(_read_call(node, scope))
        elif name in METHODS and isinstance(node.func, ast.Attribute):
            callee = dotted_name(node.func)
            if any(manager in callee for manager in MANAGERS) and (paths := tuple(paths_in(node, name))):
                self.lookups.append(LookupFact(callee.replace("()", ""), paths, scope))

    def _walk(self, expression: ast.AST) -> Iterator[ast.AST]:
        """The calls and constants of an expression; what spans lines and holds nothing wanted is passed over."""
        stack: list[ast.AST | None] = [expression]
        while stack:
            if (node := stack.pop()) is None:
                continue  # as in {**given}
            if isinstance(node, ast.Constant):
                yield node
                continue
            if not _is_on_one_line(node) and not self._is_wanted(node):
                continue
            if isinstance(node, ast.Call):
                yield node
            for name in _INNER_FIELDS[type(node)]:
                value = getattr(node, name)
                if isinstance(value, list):
                    stack += value
                else:
                    stack.append(value)

    def _is_wanted(self, node: ast.AST) -> bool:
        """Whether something wanted stands on one of the node's lines; decorators stand above their function."""
        first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", None)
        if last is None:
            return True
        if decorators := getattr(node, "decorator_list", None):
            first = decorators[0].lineno
        at = bisect_left(self.lines, first)
        return at < len(self.lines) and self.lines[at] <= last


def _read_call(node: ast.Call, scope: str) -> CallFact:
    arguments = node.args[:4]
    inner = node.func.value if isinstance(node.func, ast.Attribute) else None
    if isinstance(inner, ast.Call) and _last_name(inner.func) == "get_app_config":
        arguments = [*inner.args[:1], *arguments]
    return CallFact(
        callee=dotted_name(node.func),
        arguments=tuple(encode(argument) for argument in arguments),
        keywords={keyword.arg: encode(keyword.value) for keyword in node.keywords if keyword.arg},
        line=node.lineno,
        column=node.col_offset + 1,
        scope=scope,
    )


def _read_field(name: str, value: ast.expr, statement: ast.stmt) -> FieldFact:
    if not isinstance(value, ast.Call):
        return FieldFact(name, "")
    keywords = {keyword.arg: keyword.value for keyword in value.keywords if keyword.arg}
    target = value.args[0] if value.args else keywords.get("to")
    constraint = keywords.get("db_constraint")
    return FieldFact(
        name=name,
        callee=dotted_name(value.func),
        target=encode(target) if target is not None else "",
        through=encode(keywords["through"]) if "through" in keywords else "",
        related=_related(keywords),
        constraint=not (isinstance(constraint, ast.Constant) and constraint.value is False),
        line=statement.lineno,
        column=statement.col_offset + 1,
    )


def _related(keywords: dict[str, ast.expr]) -> str:
    """The name that leads back in lookups, as far as the field gives one."""
    for key in ("related_query_name", "related_name"):
        if key in keywords and (name := _text(encode(keywords[key]))):
            return name
    return ""


def _read_dependencies(value: ast.List | ast.Tuple) -> Iterator[DependencyFact]:
    for item in value.elts:
        place = (item.lineno, item.col_offset + 1)
        if isinstance(item, ast.Tuple) and len(item.elts) == 2:
            app, name = (encode(element) for element in item.elts)
            yield DependencyFact(app, name, *place)
        elif isinstance(item, ast.Call) and _last_name(item.func) == "swappable_dependency" and item.args:
            yield DependencyFact(encode(item.args[0]), "", *place)


def _is_path(value: object) -> bool:
    return isinstance(value, str) and _PATH.fullmatch(value) is not None


def _is_bare_string(statement: ast.stmt) -> bool:
    """A docstring, or code that somebody put in quotes."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _assignments(statements: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for statement in statements:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield target.id, statement.value
        elif (
            isinstance(statement, ast.AnnAssign)
            and statement.value
            and isinstance(statement.target, ast.Name)
        ):
            yield statement.target.id, statement.value


def _flat(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a class body, those under `if` and `try` included."""
    for statement in statements:
        yield statement
        if isinstance(statement, ast.If | ast.Try):
            for block in _blocks(statement):
                yield from _flat(block)


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in statement._fields:
        if name in _BLOCKS:
            for item in (value := getattr(statement, name)):
                if isinstance(item, ast.ExceptHandler | ast.match_case):
                    yield item.body
            if value and isinstance(value[0], ast.stmt):
                yield value


def _expressions(statement: ast.stmt) -> Iterator[ast.AST]:
    """The statement's own expressions: not those of the blocks in it."""
    for name in statement._fields:
        value = getattr(statement, name)
        if name in _BLOCKS:
            continue
        if isinstance(value, ast.AST):
            yield value
        elif isinstance(value, list):
            yield from (item for item in value if isinstance(item, ast.AST))


def _is_on_one_line(node: ast.AST) -> bool:
    first = getattr(node, "lineno", None)
    return first is not None and first == getattr(node, "end_lineno", None)


def _is_type_checking(test: ast.expr) -> bool:
    return _last_name(test) == "TYPE_CHECKING"


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _text(encoded: str | None) -> str:
    return encoded[1:] if encoded and encoded[0] == TEXT else ""


def _within(scope: str, name: str) -> str:
    return f"{scope}.{name}" if scope else name


def _clean(scope: str) -> str:
    return scope.removesuffix(".<locals>")
