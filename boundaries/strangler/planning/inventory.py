"""What moves with a context beside its tables and its code: tasks, addresses, pages, files, settings, keys?

Read from the context's own modules and folders; nothing is imported.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from boundaries.enforcement.source.expression import dotted_name, last_name
from boundaries.enforcement.source.tree import SourceFile
from boundaries.strangler.code.closure import Closure
from boundaries.strangler.code.source import SourceTree
from boundaries.strangler.planning.facts import Item, Place

_TASK_DECORATORS = frozenset(
    {"actor", "db_periodic_task", "db_task", "job", "periodic_task", "shared_task", "task"}
)
_ROUTES = frozenset({"path", "re_path", "url"})
_FILE_FIELDS = frozenset({"FileField", "ImageField", "FilePathField"})
_COMPUTED = "a computed key"
_NO_STORAGE = ("forms.", "serializers.")
_CACHE_CALLS = frozenset({"add", "decr", "delete", "get", "get_or_set", "incr", "set", "touch"})
_SIGNING = frozenset(
    {
        "default_token_generator", "get_signed_cookie", "salted_hmac", "set_signed_cookie", "Signer",
        "TimestampSigner", "signing",
    }
)  # fmt: skip
_CHECKS = frozenset({"has_perm", "has_perms", "permission_required", "user_passes_test"})


def list_items(tree: SourceTree, context: str, closure: Closure) -> list[Item]:
    """Everything that moves, sorted by kind and place."""
    found: set[Item] = set()
    for file in closure.moved:
        found.update(_of_file(file))
        body = tree.body_of(file)
        for node in (node for statement in body for node in ast.walk(statement)):
            for kind, read in _READERS:
                found.update(Item(kind, name, Place(file.relative, _line(node))) for name in read(node, file))
    found.update(_files_beside(tree, context))
    found.update(Item("package", name, Place()) for name in _packages(closure))
    return sorted(found, key=lambda item: (item.kind, str(item.place), item.name))


def _of_file(file: SourceFile) -> Iterator[Item]:
    parts = file.module.split(".")
    if parts[-3:-1] == ["management", "commands"]:
        yield Item("command", parts[-1], Place(file.relative, 1))
    if parts[-2:-1] == ["templatetags"]:
        yield Item("tag library", parts[-1], Place(file.relative, 1))


def _files_beside(tree: SourceTree, context: str) -> Iterator[Item]:
    """Templates, static files and fixtures in the folders of the context's packages."""
    for package in tree.map.context(context).packages:
        folder = tree.map.root / Path(*package.split("."))
        for kind, name in (("template", "templates"), ("static file", "static"), ("fixture", "fixtures")):
            for path in sorted(folder.rglob(f"{name}/**/*")):
                relative = path.relative_to(tree.map.root)
                owner = tree.map.context_of_module(".".join(relative.parts[: relative.parts.index(name)]))
                if path.is_file() and owner == context:
                    yield Item(kind, path.name, Place(relative.as_posix(), 1))


def _packages(closure: Closure) -> Iterator[str]:
    for module in closure.third_party:
        top = module.partition(".")[0]
        if top not in sys.stdlib_module_names:
            yield top


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 1)


def _tasks(node: ast.AST, file: SourceFile) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for decorator in node.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            if last_name(call.func if call else decorator) in _TASK_DECORATORS:
                given = [_text(word.value) for word in call.keywords if word.arg == "name"] if call else []
                yield next(iter(given), "") or f"{file.module}.{node.name}"


def _signals(node: ast.AST, _file: SourceFile) -> Iterator[str]:
    if (call := _assigned_call(node)) and last_name(call.func).endswith("Signal"):
        yield from _assigned_names(node)


def _receivers(node: ast.AST, _file: SourceFile) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and last_name(decorator.func) == "receiver":
                yield f"{node.name} of {', '.join(_signal_names(decorator))}"
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _connects(node):
        yield f"{_name(node.args[0])} of {last_name(node.func.value)}"


def _connects(call: ast.Call) -> bool:
    """Whether it is a signal that is connected to, and no database or socket."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "connect" or not call.args:
        return False
    signal = last_name(call.func.value)
    said = {word.arg for word in call.keywords}
    return signal.startswith(("pre_", "post_", "m2m_", "request_")) or bool(
        said & {"sender", "weak", "dispatch_uid"}
    )


def _signal_names(call: ast.Call) -> list[str]:
    named = [word.value for word in call.keywords if word.arg == "signal"]
    first = next(iter([*call.args[:1], *named]), None)
    if isinstance(first, ast.List | ast.Tuple):
        return [_name(element) for element in first.elts]
    return [_name(first)] if first else []


def _urls(node: ast.AST, file: SourceFile) -> Iterator[str]:
    if not isinstance(node, ast.Call) or not node.args:
        return
    called, route = last_name(node.func), node.args[0]
    # Class-based URL configurations lie in any module: there only a route with its view counts.
    is_route = called in _ROUTES and (len(node.args) > 1 or "url" in file.module.rpartition(".")[2])
    is_registered = called == "register" and "router" in dotted_name(node.func).lower()
    if (is_route or is_registered) and isinstance(route, ast.Constant):
        yield repr(_text(route))


def _admin(node: ast.AST, _file: SourceFile) -> Iterator[str]:
    if isinstance(node, ast.ClassDef):
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and last_name(decorator.func) == "register":
                yield from (_name(model) for model in decorator.args)
    elif isinstance(node, ast.Call) and dotted_name(node.func).endswith("site.register") and node.args:
        yield _name(node.args[0])


def _settings(node: ast.AST, _file: SourceFile) -> Iterator[str]:
    if isinstance(node, ast.Attribute) and node.attr.isupper() and last_name(node.value) == "settings":
        yield node.attr
    elif isinstance(node, ast.Call) and last_name(node.func) == "getattr" and len(node.args) > 1:
        name = _text(node.args[1])
        if name.isupper() and last_name(node.args[0]) == "settings":
            yield name


def _file_fields(node: ast.AST, _file: SourceFile) -> Iterator[str]:
    call = _assigned_call(node)
    # Fields of forms and serializers keep no files.
    if call and last_name(call.func) in _FILE_FIELDS and not dotted_name(call.func).startswith(_NO_STORAGE):
        said = {word.arg: word.value for word in call.keywords}
        folder = said.get("upload_to") or (call.args[1] if len(call.args) > 1 else None)
        kept_by = f", kept by {_name(said['storage'])}" if "storage" in said else ""
        for name in _assigned_names(node):
            yield f"{name} in {_text(folder) or _name(folder) or 'the root'}{kept_by}"


def _cache_keys(node: ast.AST, _file: SourceFile) -> Iterator[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CACHE_CALLS:
        holder = node.func.value.value if isinstance(node.func.value, ast.Subscript) else node.func.value
        if last_name(holder) in {"cache", "caches"} and node.args:
            yield _text(node.args[0]) or _beginning(node.args[0]) or _COMPUTED


def _session(node: ast.AST, _file: SourceFile) -> Iterator[str]:
    if isinstance(node, ast.Subscript) and last_name(node.value) == "session":
        yield _text(node.slice) or _COMPUTED
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        is_asked = node.func.attr in {"get", "pop", "setdefault"}
        if is_asked and last_name(node.func.value) == "session":
            yield _text(node.args[0]) or _COMPUTED


def _signed(node: ast.AST, _file: SourceFile) -> Iterator[str]:
    if isinstance(node, ast.Attribute) and node.attr == "SECRET_KEY":
        yield "SECRET_KEY"
    elif isinstance(node, ast.ImportFrom):
        yield from (alias.name for alias in node.names if alias.name in _SIGNING)


def _permissions(node: ast.AST, _file: SourceFile) -> Iterator[str]:
    if isinstance(node, ast.Call) and last_name(node.func) in _CHECKS:
        yield from (text for argument in node.args if (text := _text(argument)) and "." in text)


def _assigned_call(node: ast.AST) -> ast.Call | None:
    return node.value if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) else None


def _assigned_names(node: ast.AST) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else []
    yield from (target.id for target in targets if isinstance(target, ast.Name))


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _name(node: ast.expr | None) -> str:
    if isinstance(node, ast.Call):
        return _name(node.func)
    return last_name(node) if node is not None else ""


def _beginning(node: ast.expr) -> str:
    """The constant beginning of a text that is put together."""
    if isinstance(node, ast.JoinedStr) and node.values and (first := _text(node.values[0])):
        return f"{first}…"
    if isinstance(node, ast.BinOp) and (left := _text(node.left)):
        return f"{left.partition('%')[0]}…"
    return ""


_Reader = Callable[[ast.AST, SourceFile], Iterator[str]]
_READERS: tuple[tuple[str, _Reader], ...] = (
    ("task", _tasks),
    ("signal", _signals),
    ("receiver", _receivers),
    ("URL", _urls),
    ("admin page", _admin),
    ("setting", _settings),
    ("file field", _file_fields),
    ("cache key", _cache_keys),
    ("session key", _session),
    ("use of SECRET_KEY", _signed),
    ("permission", _permissions),
)
