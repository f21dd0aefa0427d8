"""What does one file say that could couple it to something else?

Facts hold no module name and no path: they follow from the content alone, so that they can be kept by its
hash. Places are (line, column), 1-based; `scope` is the qualified name of what encloses the place, empty at
module level.

An expression is kept as one string whose first character tells what it was:
`'text` a string, `.a.b` a dotted name, `(a.b` a call of a dotted name, `?` anything else.
"""

from __future__ import annotations

import msgspec

# Raise it whenever the meaning or shape of a fact changes: kept facts of another version are not read.
FACTS_VERSION = 4

TEXT, NAME, CALL, OTHER = "'", ".", "(", "?"


class _Fact(msgspec.Struct, array_like=True, gc=False):
    """Base: stored as an array, compared by value."""


class ImportFact(_Fact):
    """One import statement, or one part of `import a, b`.

    For `from x import y as z`, `module` is `x` (as written, without dots), `level` the number of dots,
    `names` the pairs (name, bound as). For `import x.y as z`, `names` is empty and `bound` is `z`.
    """

    module: str
    level: int
    names: tuple[tuple[str, str], ...]
    bound: str
    line: int
    column: int
    scope: str
    guarded: bool


class FieldFact(_Fact):
    """One class attribute: `name = callee(target, through=..., ...)`; `callee` is empty for a plain value."""

    name: str
    callee: str
    target: str = ""
    through: str = ""
    related: str = ""
    constraint: bool = True
    line: int = 0
    column: int = 0


class ClassFact(_Fact):
    """One class, what it inherits, what its `Meta` says, and its attributes."""

    qualname: str
    bases: tuple[str, ...]
    line: int
    column: int
    fields: tuple[FieldFact, ...] = ()
    abstract: bool = False
    proxy: bool = False
    has_meta: bool = False
    app_label: str = ""
    db_table: str = ""
    name: str = ""
    label: str = ""


class CallFact(_Fact):
    """One call that may name something elsewhere: `callee`, its first arguments and keywords as
    expressions.
    """

    callee: str
    arguments: tuple[str, ...]
    keywords: dict[str, str]
    line: int
    column: int
    scope: str


class PathInLookup(_Fact):
    """One ORM path; `is_join` when its last part is walked too, as in `select_related("a__b")`."""

    path: str
    line: int
    column: int
    is_join: bool


class LookupFact(_Fact):
    """One call of a queryset's method, by its chain of names, with the paths in it."""

    callee: str
    paths: tuple[PathInLookup, ...]
    scope: str


class DependencyFact(_Fact):
    """One entry of a migration's `dependencies`: (app label, name), or an expression in `app`."""

    app: str
    name: str
    line: int
    column: int


class AnnotationFact(_Fact):
    """One dotted name in the signature or the fields of something that a door shows."""

    name: str
    line: int
    column: int
    scope: str


class PathFact(_Fact):
    """One string that is a dotted path and nothing else."""

    path: str
    line: int
    column: int
    scope: str


class AllowFact(_Fact):
    """One comment `# boundaries: allow CODE, CODE -- reason`, its line, and those that it covers.

    Without codes: what stands there is none.
    """

    codes: tuple[str, ...]
    reason: str
    line: int
    covers: tuple[int, ...]


class FileFacts(_Fact):
    """All that one file says; `functions` are those at module level.

    `problem` tells why the file could not be read, wholly or in part; empty when it could.
    """

    imports: tuple[ImportFact, ...] = ()
    classes: tuple[ClassFact, ...] = ()
    assigns: dict[str, str] = {}
    calls: tuple[CallFact, ...] = ()
    lookups: tuple[LookupFact, ...] = ()
    dependencies: tuple[DependencyFact, ...] = ()
    functions: tuple[str, ...] = ()
    paths: tuple[PathFact, ...] = ()
    annotations: tuple[AnnotationFact, ...] = ()
    allows: tuple[AllowFact, ...] = ()
    problem: str = ""
