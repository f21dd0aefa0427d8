"""What does one file say that could couple it to something else?

Facts hold no module name and no path: they follow from the content alone, so that they can be kept by its
hash. Places are (line, column), 1-based; `scope` is the qualified name of what encloses the place, empty at
module level.

An expression is kept as one string whose first character tells what it was:
`'text` a string, `.a.b` a dotted name, `(a.b` a call of a dotted name, `(a.b'app.Model` one whose first
arguments name a model, `?` anything else.
"""

from __future__ import annotations

import msgspec

# Raise it whenever the meaning or shape of a fact changes: kept facts of another version are not read.
FACTS_VERSION = 12

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
    """One class attribute: `name = callee(target, through=..., ...)`; `callee` is empty for a plain value.

    `related_name` and `query_name` are the names back that the field gives, empty where it gives none.
    """

    name: str
    callee: str
    target: str = ""
    through: str = ""
    related_name: str = ""
    query_name: str = ""
    constraint: bool = True
    line: int = 0
    column: int = 0


class FieldClassFact(_Fact):
    """What the class of a field gives its base by itself: expressions, and a name; empty for what it does not give.

    Where it does not take a target, what a field says first is something else.
    """

    target: str = ""
    through: str = ""
    related_name: str = ""
    takes_target: bool = True


class MakerFact(_Fact):
    """A function or partial that makes a field: by which class (or other maker), and what it gives that."""

    callee: str
    gives: FieldClassFact


class AddedFact(_Fact):
    """A field that is added to a model outside of its class; `model` is an expression."""

    model: str
    field: FieldFact
    scope: str


class PathInLookup(_Fact):
    """One ORM path; `is_join` when its last part is walked too, as in `select_related("a__b")`."""

    path: str
    line: int
    column: int
    is_join: bool


class ClassFact(_Fact):
    """One class, what it inherits, what its `Meta` says, and its attributes.

    `model` is the expression of the model that a form, an admin class or a view works on; `options` are the ORM
    paths that it lists, as in `search_fields`; `related_name` is the default of its relations; `gives` is what it adds
    to its base's arguments if it is the class of a field.
    """

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
    related_name: str = ""
    model: str = ""
    options: tuple[PathInLookup, ...] = ()
    gives: FieldClassFact | None = None


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


class LookupFact(_Fact):
    """One call of a queryset's method, by its chain of names, with the paths in it.

    `origin` is the expression that the chain's first name was bound to in the same function, empty where nothing
    tells.
    """

    callee: str
    paths: tuple[PathInLookup, ...]
    scope: str
    origin: str = ""


class AccessFact(_Fact):
    """One attribute that may lead back along a relation: the chain of names that it ends, and the chain's origin.

    `is_managed` when it is used as a manager is, or called like one.
    """

    chain: str
    line: int
    column: int
    scope: str
    origin: str = ""
    is_managed: bool = False


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


class TextFact(_Fact):
    """One string that may name something elsewhere, and what it may name: one of the roles below."""

    text: str
    line: int
    column: int
    scope: str
    role: str


# The roles of a text: a dotted path, a task's name, a template's, a relation's accessor, or (in templates) what
# stands in the tag of that name.
PATH, TASK, TEMPLATE, ACCESSOR = "path", "task", "template", "accessor"
LOAD, URL = "load", "url"


class AllowFact(_Fact):
    """One comment `# boundaries: allow CODE, CODE -- reason`, its line, and those that it covers.

    Without codes: what stands there is none.
    """

    codes: tuple[str, ...]
    reason: str
    line: int
    covers: tuple[int, ...]


class FileFacts(_Fact):
    """All that one file says; `functions` are those at module level, `tasks` those among them that a task queue
    runs, with the name that they are given (empty for their own). Of a template, there are only texts and allows.

    `problem` tells why the file could not be read, wholly or in part; empty when it could.
    """

    imports: tuple[ImportFact, ...] = ()
    classes: tuple[ClassFact, ...] = ()
    assigns: dict[str, str] = {}
    calls: tuple[CallFact, ...] = ()
    lookups: tuple[LookupFact, ...] = ()
    accesses: tuple[AccessFact, ...] = ()
    dependencies: tuple[DependencyFact, ...] = ()
    functions: tuple[str, ...] = ()
    tasks: dict[str, str] = {}
    texts: tuple[TextFact, ...] = ()
    annotations: tuple[AnnotationFact, ...] = ()
    makers: dict[str, MakerFact] = {}
    added: tuple[AddedFact, ...] = ()
    allows: tuple[AllowFact, ...] = ()
    problem: str = ""
