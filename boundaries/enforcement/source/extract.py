"""What does one file say? One walk over its tree; the tree is dropped afterwards."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import ClassVar

from boundaries.enforcement.source.allow import allows_in
from boundaries.enforcement.source.annotation import annotations_in
from boundaries.enforcement.source.binding import Function
from boundaries.enforcement.source.definition import read_class, read_dependencies
from boundaries.enforcement.source.expression import encode, last_name
from boundaries.enforcement.source.facts import (
    OTHER,
    ClassFact,
    DependencyFact,
    FileFacts,
    ImportFact,
    MakerFact,
)
from boundaries.enforcement.source.maker import made_by_function, made_by_partial
from boundaries.enforcement.source.mention import WORDS, Mentions
from boundaries.enforcement.source.parse import parse
from boundaries.enforcement.source.sieve import Lines, places
from boundaries.enforcement.source.statement import (
    COMPOUND,
    assignments,
    blocks,
    expressions,
    is_bare_string,
    text_of,
)
from boundaries.enforcement.source.thin import thin

# Decorators that make a function a task: Celery's, Django's own, and those of other queues.
_TASK_DECORATORS = frozenset(
    {"actor", "db_periodic_task", "db_task", "job", "periodic_task", "shared_task", "task"}
)


def extract(
    content: bytes, *, loaders: Sequence[str] = (), is_door: bool = False, attributes: Collection[str] = ()
) -> FileFacts:
    """The facts of one file.

    `loaders` are further function names whose calls are kept, such as a project's own `get_class`. With
    `is_door`, the names in signatures are kept too. `attributes` are names of which each access is kept.
    """
    own = frozenset(loaders)
    found = places(content, WORDS | own, attributes)
    statements, problem = parse(content, thinned=thin(content, found, keeps_signatures=is_door))
    reader = _Reader(content, Lines(content, found), own, frozenset(attributes))
    try:
        reader.read(statements, scope="", guarded=False)
    except RecursionError:
        problem = problem or "it is nested too deeply to be read"
    return FileFacts(
        imports=tuple(reader.imports),
        classes=tuple(reader.classes),
        assigns=reader.assigns,
        calls=tuple(reader.mentions.calls),
        lookups=tuple(reader.mentions.lookups),
        accesses=reader.mentions.accesses,
        dependencies=tuple(reader.dependencies),
        functions=tuple(reader.functions),
        tasks=reader.tasks,
        texts=tuple(reader.mentions.texts),
        makers=reader.makers,
        added=tuple(reader.mentions.added),
        allows=tuple(allows_in(content)),
        annotations=tuple(annotations_in(statements)) if is_door else (),
        problem=problem,
    )


class _Reader:
    def __init__(
        self, content: bytes, lines: Lines, loaders: frozenset[str], attributes: frozenset[str]
    ) -> None:
        self.mentions = Mentions(
            lines,
            loaders,
            loads_models=b"get_model(" in content or b"get_user_model(" in content,
            names_content_types=b"ContentType" in content,
            attributes=attributes,
        )
        self._lines = lines
        self.imports: list[ImportFact] = []
        self.classes: list[ClassFact] = []
        self.assigns: dict[str, str] = {}
        self.dependencies: list[DependencyFact] = []
        self.functions: list[str] = []
        self.tasks: dict[str, str] = {}
        self.makers: dict[str, MakerFact] = {}
        self._around: tuple[Function, ...] = ()

    def read(self, statements: Iterable[ast.stmt], *, scope: str, guarded: bool) -> None:
        """Read a block. `guarded` blocks run for type checkers only."""
        for statement in statements:
            read = self._BY_KIND.get(type(statement))
            if read is not None:
                read(self, statement, scope, guarded)
            elif not scope or self._lines.hold(statement):
                self._read_simple(statement, scope)

    def _read_function(self, statement: Function, scope: str, guarded: bool) -> None:
        if not scope:
            self.functions.append(statement.name)
            self.tasks.update(_task_names(statement))
            self._keep_maker(statement.name, made_by_function(statement))
        qualname = _within(scope, statement.name)
        outside = self._around
        self._around = (*outside, statement)
        self.read(statement.body, scope=f"{qualname}.<locals>", guarded=guarded)
        self._read_mentions(statement, qualname)
        self._around = outside

    def _read_simple(self, statement: ast.stmt, scope: str) -> None:
        if not scope:
            self._read_assignment(statement)
        self._read_mentions(statement, scope)

    def _read_compound(self, statement: ast.stmt, scope: str, guarded: bool) -> None:
        if isinstance(statement, ast.If) and _is_type_checking(statement.test):
            self.read(statement.body, scope=scope, guarded=True)
            self.read(statement.orelse, scope=scope, guarded=guarded)
        else:
            for block in blocks(statement):
                self.read(block, scope=scope, guarded=guarded)
        self._read_mentions(statement, scope)

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
        self.classes.append(read_class(node, qualname))
        self.dependencies += read_dependencies(node)
        self.read(node.body, scope=qualname, guarded=guarded)
        self._read_mentions(node, qualname)

    def _read_assignment(self, statement: ast.stmt) -> None:
        for name, value in assignments([statement]):
            encoded = encode(value)
            if encoded[0] != OTHER:
                self.assigns[name] = encoded
            self._keep_maker(name, made_by_partial(value))

    def _keep_maker(self, name: str, maker: MakerFact | None) -> None:
        if maker is not None:
            self.makers[name] = maker

    def _read_mentions(self, statement: ast.stmt, scope: str) -> None:
        if self._lines.hold_statement(statement) and not is_bare_string(statement):
            if isinstance(statement, ast.Assign):
                self.mentions.assign(statement.targets[0], statement.value)
            self.mentions.read(expressions(statement), _clean(scope), self._around)

    _BY_KIND: ClassVar[dict[type[ast.stmt], Callable[..., None]]] = {
        ast.Import: _read_import,
        ast.ImportFrom: _read_import_from,
        ast.ClassDef: _read_class,
        ast.FunctionDef: _read_function,
        ast.AsyncFunctionDef: _read_function,
        **dict.fromkeys(COMPOUND, _read_compound),
    }


def _task_names(function: Function) -> Iterator[tuple[str, str]]:
    """The function's name with the name of its task, if a decorator makes it one."""
    for decorator in function.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        if last_name(call.func if call else decorator) in _TASK_DECORATORS:
            given = {keyword.arg: encode(keyword.value) for keyword in call.keywords} if call else {}
            yield function.name, text_of(given.get("name"))


def _is_type_checking(test: ast.expr) -> bool:
    return last_name(test) == "TYPE_CHECKING"


def _within(scope: str, name: str) -> str:
    return f"{scope}.{name}" if scope else name


def _clean(scope: str) -> str:
    return scope.removesuffix(".<locals>")
