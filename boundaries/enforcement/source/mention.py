"""What do the expressions of a statement name: calls, ORM paths, ways back along relations, strings?"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import ClassVar, get_args

from boundaries.enforcement.source.binding import (
    GETTING,
    Bindings,
    Comprehension,
    Function,
    names_of_comprehension,
)
from boundaries.enforcement.source.expression import dotted_name, encode, last_name, storable
from boundaries.enforcement.source.facts import (
    ACCESSOR,
    CALL,
    NAME,
    PATH,
    TASK,
    TEMPLATE,
    TEXT,
    AccessFact,
    AddedFact,
    CallFact,
    LookupFact,
    TextFact,
)
from boundaries.enforcement.source.lookup import JOINING, MANAGERS, METHODS, RELATED_METHODS, paths_in
from boundaries.enforcement.source.maker import ADDING, read_added
from boundaries.enforcement.source.sieve import ENDINGS, Lines
from boundaries.enforcement.source.statement import children, spans_lines

# Calls whose last name is one of these are kept.
CALLEES = frozenset(
    {
        "RunSQL", "connect", "execute", "executemany", "get_by_natural_key", "get_for_model", "get_model",
        "get_registered_model", "include", "path", "raw", "re_path", "receiver", "redirect", "register",
        "resolve_url", "reverse", "reverse_lazy", "url",
    }
)  # fmt: skip
_QUERYING = frozenset({"RunSQL", "execute", "executemany", "raw"})
_ROUTES = frozenset({"path", "re_path", "url"})
_BY_NAME = frozenset({"hasattr", "getattr"})
_SENDING = frozenset({"send_task", "signature", "subtask"})
_RENDERING = frozenset(
    {
        "TemplateResponse",
        "get_template",
        "render",
        "render_to_response",
        "render_to_string",
        "select_template",
    }
)
# Calls that are looked at for what they hold, wherever they stand.
WORDS = CALLEES | GETTING | ADDING | {"get_user_model"} | JOINING | _BY_NAME | _SENDING | _RENDERING
# Assignments and keywords all of whose strings may name tasks or templates.
_HOLDS_TASKS = re.compile(r"(?:task_routes|beat_schedule)$", re.IGNORECASE)
_HOLDS_TEMPLATES = re.compile(r"(?:^|_)template(?:_name)?s?$")

_DOTTED = re.compile(r"[a-z_]\w*(?:\.\w+)+(?::\w+)?(?:\.?\*)?")
_FILE = re.compile(rf"[\w\-.@+/]+\.(?:{ENDINGS})")
# A user's own attributes; others are looked at, since so much hangs on users by a one-to-one relation.
_OF_USERS = frozenset(
    {
        "check_password", "date_joined", "delete", "email", "first_name", "full_name", "get_full_name", "get_username",
        "groups", "has_perm", "has_perms", "id", "is_active", "is_anonymous", "is_authenticated", "is_staff",
        "is_superuser", "last_login", "last_name", "name", "objects", "password", "pk", "refresh_from_db", "save",
        "set_password", "set_unusable_password", "user_permissions", "username",
    }
)  # fmt: skip
_WITHOUT_ORIGIN = frozenset({"", "self", "cls"})
_MANAGED = frozenset(MANAGERS)
_LEAVES = frozenset({ast.Constant, ast.Name})
_TUPLE = ast.List | ast.Tuple | ast.Set
_URL_NAMING = frozenset({"reverse", "reverse_lazy", "redirect", "resolve_url"})
# The last names of all calls that are more than a holder of keywords.
_SPOKEN = (
    CALLEES
    | METHODS
    | JOINING
    | RELATED_METHODS
    | _BY_NAME
    | _SENDING
    | _RENDERING
    | _URL_NAMING
    | ADDING
    | {"include"}
)


class Mentions:
    """What the expressions of one file name, gathered statement by statement."""

    def __init__(
        self,
        lines: Lines,
        loaders: frozenset[str],
        *,
        loads_models: bool = True,
        names_content_types: bool = True,
        attributes: frozenset[str] = frozenset(),
    ) -> None:
        self.calls: list[CallFact] = []
        self.lookups: list[LookupFact] = []
        # By chain and place: the call of a manager is met before the attribute that it is.
        self._accesses: dict[tuple[str, int, int, str], AccessFact] = {}
        self.texts: list[TextFact] = []
        self.added: list[AddedFact] = []
        self._lines = lines
        self._loaders = loaders
        # Only then does a local name in capitals mean a model.
        self._loads_models = loads_models
        self._names_content_types = names_content_types
        # Attributes that are kept by their name, unless they are called or assigned to.
        self._attributes = attributes
        self._called: set[ast.AST] = set()
        self._callees = CALLEES | loaders
        self._spoken = _SPOKEN | loaders
        self._bindings = Bindings(lines)
        # What a string is, where the call or assignment around it tells; None for one that is read already.
        self._inner_names: dict[str, str] = {}
        self._roles: dict[ast.AST, str | None] = {}

    @property
    def accesses(self) -> tuple[AccessFact, ...]:
        """The attributes that may lead back along a relation."""
        return tuple(self._accesses.values())

    def read(self, expressions: Iterable[ast.AST], scope: str, functions: tuple[Function, ...]) -> None:
        """Read expressions that stand in `scope`, inside of `functions`."""
        for expression in expressions:
            if self._lines.hold(expression):
                self._inner_names.clear()
                self._walk(expression, scope, functions)

    def assign(self, target: ast.expr, value: ast.AST) -> None:
        """Note what the strings in an assigned value are, where the name that they are assigned to tells."""
        self._note_held(last_name(target), value)

    def _walk(self, root: ast.AST, scope: str, functions: tuple[Function, ...]) -> None:
        """Read the nodes of an expression, from the outside in; what spans lines is only entered where it holds
        something.
        """
        stack = [root]
        while stack:
            node = stack.pop()
            kind = type(node)
            if (read := self._BY_KIND.get(kind)) is not None:
                read(self, node, scope, functions)
            if kind not in _LEAVES and (inner := children(node)):
                stack += filter(self._lines.hold, inner) if spans_lines(node) else inner

    def _read_call(self, node: ast.Call, scope: str, functions: tuple[Function, ...]) -> None:
        name = last_name(node.func)
        if name in self._attributes:
            self._called.add(node.func)
        if name in self._spoken:
            self._read_spoken(node, name, scope, functions)
        elif self._names_content_types and "ContentType." in dotted_name(node.func):
            self.calls += self._calls(node, name, scope, functions)
        for keyword in node.keywords:
            if keyword.arg:
                self._note_held(keyword.arg, keyword.value)

    def _read_spoken(self, node: ast.Call, name: str, scope: str, functions: tuple[Function, ...]) -> None:
        callee = dotted_name(node.func)
        if name in self._callees or "ContentType." in callee:
            self.calls += self._calls(node, name, scope, functions)
        if (name in METHODS and isinstance(node.func, ast.Attribute)) or self._is_joining(node, name):
            self._read_lookup(node, name, callee, scope, functions)
        if name in RELATED_METHODS and isinstance(node.func, ast.Attribute):
            self._read_manager(node.func.value, scope, functions)
        if name in _BY_NAME:
            self._read_by_name(node, scope, functions)
        if name in ADDING and (added := read_added(node, scope)) is not None:
            self.added.append(added)
        self._note_arguments(node, name)

    def _calls(
        self, node: ast.Call, name: str, scope: str, functions: tuple[Function, ...]
    ) -> Iterator[CallFact]:
        """The facts of one call: one for each item where its first or second argument lists several."""
        arguments = node.args[:4]
        inner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if isinstance(inner, ast.Call) and last_name(inner.func) == "get_app_config":
            arguments = [*inner.args[:1], *arguments]
        if name == "include" and arguments and isinstance(arguments[0], ast.Tuple):
            arguments = arguments[0].elts
        encoded = [self._encode(argument, functions) for argument in arguments]
        if name in _ROUTES and len(arguments) > 1:
            encoded[1] = _view(arguments[1])
        if name in _QUERYING and arguments:
            encoded[0] = _sql(arguments[0]) or encoded[0]
        keywords = {k.arg: self._encode(k.value, functions) for k in node.keywords if k.arg}
        for chosen in _spread(encoded, arguments[:2]):
            place = (node.lineno, node.col_offset + 1, scope)
            yield CallFact(dotted_name(node.func), tuple(chosen), keywords, *place)

    def _encode(self, node: ast.expr, functions: tuple[Function, ...]) -> str:
        """The string form of an argument; of a local name, the string or the call that it was bound to."""
        origin = self._bindings.origin(node.id, functions) if isinstance(node, ast.Name) else ""
        if "|" not in origin:
            if origin[:1] in {CALL, TEXT}:
                return origin
            if origin.endswith("()"):
                return f"{CALL}{origin.removesuffix('()')}"
        return encode(node)

    def _is_joining(self, node: ast.Call, name: str) -> bool:
        """Whether a call joins by itself: not a `Prefetch` that `prefetch_related` has read already."""
        return name in JOINING and node not in self._roles

    def _read_lookup(
        self, node: ast.Call, name: str, callee: str, scope: str, functions: tuple[Function, ...]
    ) -> None:
        paths = tuple(paths_in(node, name))
        chain = _instances(node) if name == "prefetch_related_objects" else callee.rpartition(".")[0]
        if name in JOINING or any(f".{manager}" in callee for manager in MANAGERS):
            for argument in node.args:
                self._roles[argument] = None
        else:
            paths = tuple(path for path in paths if "__" in path.path)
        if paths:
            self.lookups.append(LookupFact(chain, paths, scope, self._origin(chain, functions)))

    def _read_manager(self, manager: ast.expr, scope: str, functions: tuple[Function, ...]) -> None:
        if isinstance(manager, ast.Attribute) and manager.attr not in _MANAGED:
            self._add_access(manager, scope, functions, is_managed=True)

    def _read_attribute(self, node: ast.Attribute, scope: str, functions: tuple[Function, ...]) -> None:
        if node.attr.endswith("_set") or (last_name(node.value) == "user" and node.attr not in _OF_USERS):
            self._add_access(node, scope, functions)
        elif node.attr == "RelatedObjectDoesNotExist":
            self._add_access(node.value, scope, functions)
        elif node.attr in self._attributes and isinstance(node.ctx, ast.Load) and node not in self._called:
            self._add_access(node, scope, functions)

    def _read_by_name(self, node: ast.Call, scope: str, functions: tuple[Function, ...]) -> None:
        name = node.args[1] if len(node.args) > 1 else None
        if isinstance(name, ast.Constant) and isinstance(name.value, str) and name.value.isidentifier():
            self._roles[name] = None
            self._add_access(node.args[0], scope, functions, name=f".{name.value}")

    def _add_access(
        self,
        node: ast.expr,
        scope: str,
        functions: tuple[Function, ...],
        *,
        name: str = "",
        is_managed: bool = False,
    ) -> None:
        chain = dotted_name(node, with_keys=True)
        if chain and "." in (chain := f"{chain}{name}"):
            place = (node.lineno, node.col_offset + 1, scope)
            is_managed = is_managed or chain.endswith("_set")
            fact = AccessFact(chain, *place, self._origin(chain, functions), is_managed)
            self._accesses.setdefault((chain, *place), fact)

    def _origin(self, chain: str, functions: tuple[Function, ...]) -> str:
        head = chain.partition(".")[0]
        if head in _WITHOUT_ORIGIN or (head[0].isupper() and not self._loads_models):
            return ""
        return self._inner_names.get(head) or self._bindings.origin(head, functions)

    def _read_text(self, node: ast.Constant, scope: str, _: object) -> None:
        if isinstance(node.value, str) and (role := self._roles.pop(node, _role(node.value))):
            text = storable(node.value)
            self.texts.append(TextFact(text, node.lineno, node.col_offset + 1, scope, role))

    def _read_dict(self, node: ast.Dict, *_: object) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                if key.value == "task":
                    self._note(value, TASK)
                else:
                    self._note_held(key.value, value)

    def _note_arguments(self, node: ast.Call, name: str) -> None:
        if name in _SENDING:
            self._note_all(node.args[:1], TASK)
        elif name in _RENDERING:
            self._note_all(node.args, TEMPLATE)
        elif name == "include" or name in self._loaders or name in _URL_NAMING:
            for argument in node.args:
                for item in argument.elts if isinstance(argument, _TUPLE) else (argument,):
                    self._roles[item] = None

    def _note_held(self, name: str, value: ast.AST) -> None:
        role = _role_in(name)
        if role == TASK:
            self._note_all(ast.walk(value), TASK)
        elif role == TEMPLATE:
            self._note_all([value, *getattr(value, "elts", ())], TEMPLATE)

    def _read_comprehension(self, node: Comprehension, *_: object) -> None:
        self._inner_names.update(names_of_comprehension(node))

    _BY_KIND: ClassVar[dict[type[ast.AST], Callable[..., None]]] = {
        ast.Attribute: _read_attribute,
        ast.Call: _read_call,
        ast.Constant: _read_text,
        ast.Dict: _read_dict,
        **dict.fromkeys(get_args(Comprehension), _read_comprehension),
    }

    def _note_all(self, nodes: Iterable[ast.AST], role: str) -> None:
        for node in nodes:
            self._note(node, role)

    def _note(self, node: ast.AST, role: str) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            is_named = _FILE.fullmatch(node.value) if role == TEMPLATE else node.value.strip("*")
            self._roles[node] = role if is_named else _role(node.value)


@cache
def _role_in(name: str) -> str | None:
    """What all strings are that something of this name holds."""
    if _HOLDS_TASKS.search(name):
        return TASK
    return TEMPLATE if _HOLDS_TEMPLATES.search(name) else None


def _role(text: str) -> str | None:
    """What a string names by its own look."""
    if "." in text:
        if _FILE.fullmatch(text):
            return TEMPLATE if "/" in text else None
        if _DOTTED.fullmatch(text):
            return TASK if text.endswith("*") else PATH
    return ACCESSOR if text.endswith("_set") and text.isidentifier() else None


def _instances(node: ast.Call) -> str:
    """The objects in `prefetch_related_objects([order, ...], ...)`."""
    first = node.args[0] if node.args else None
    if isinstance(first, ast.List | ast.Tuple):
        first = first.elts[0] if first.elts else None
    return dotted_name(first) if first is not None else ""


def _sql(node: ast.expr) -> str:
    """SQL that is put together from parts: what is computed stands as a NUL. Empty for what is none."""
    if isinstance(node, ast.JoinedStr):
        parts = [encode(part)[1:] if isinstance(part, ast.Constant) else "\0" for part in node.values]
        return TEXT + "".join(parts)
    if isinstance(node, ast.BinOp):
        left = _sql(node.left) or encode(node.left)
        if left.startswith(TEXT):
            right = _sql(node.right) or encode(node.right) if isinstance(node.op, ast.Add) else ""
            text = re.sub(r"%\(?\w*\)?s", "\0", left) if isinstance(node.op, ast.Mod) else left
            return text + (right[1:] if right.startswith(TEXT) else "\0")
    if (
        isinstance(node, ast.Call)
        and last_name(node.func) == "format"
        and isinstance(node.func, ast.Attribute)
    ):
        template = encode(node.func.value)
        return re.sub(r"\{\w*\}", "\0", template) if template.startswith(TEXT) else ""
    return ""


def _spread(encoded: list[str], arguments: list[ast.expr]) -> Iterator[list[str]]:
    for position, argument in enumerate(arguments):
        if isinstance(argument, ast.List | ast.Tuple) and argument.elts:
            for item in argument.elts:
                yield [*encoded[:position], encode(item), *encoded[position + 1 :]]
            return
    yield encoded


def _view(node: ast.expr) -> str:
    """The view of a route, within the calls that wrap it."""
    while isinstance(node, ast.Call):
        if last_name(node.func) == "as_view" and isinstance(node.func, ast.Attribute):
            node = node.func.value
        elif node.args:
            node = node.args[0]
        else:
            node = node.func
    name = dotted_name(node)
    return f"{NAME}{name}" if name else encode(node)
