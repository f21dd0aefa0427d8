"""Which of the project's settings does the moved code read, and what should the service have for them?

Everything from the environment, under the variable that the project uses. Only plain literals of its settings
are taken over as defaults, and none that looks like a secret.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from boundaries.enforcement.source.tree import SourceFile
from boundaries.strangler.code import literal
from boundaries.strangler.code.source import SourceTree

# What the template of the service's settings sets by itself.
GIVEN = frozenset({
    "ALLOWED_HOSTS", "BASE_DIR", "BOUNDARIES", "CACHES", "DATABASES", "DEBUG", "DEFAULT_AUTO_FIELD",
    "INSTALLED_APPS", "LANGUAGE_CODE", "LOGGING", "MIDDLEWARE", "MIGRATION_MODULES", "REDIS_URL",
    "REST_FRAMEWORK", "ROOT_URLCONF", "SECRET_KEY", "TEMPLATES", "TIME_ZONE", "USE_TZ", "WSGI_APPLICATION",
})  # fmt: skip
_SECRET = re.compile(r"SECRET|KEY|TOKEN|PASSWORD|PASSWD|CREDENTIAL|PRIVATE|DSN")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting of the service: the line that sets it, the variable behind it (none for a constant)."""

    setting: str
    line: str
    variable: str | None
    is_required: bool = False


def find_variables(tree: SourceTree, files: Iterable[SourceFile], *, settings_module: str) -> list[Variable]:
    """The settings that the service needs besides those of its template, sorted by name."""
    from django.conf import global_settings

    read: dict[str, bool] = {}
    for file in files:
        for name, has_default in settings_read(tree.body_of(file)).items():
            read[name] = read.get(name, True) and has_default
    assigned = _assignments(tree, settings_module, set())
    return [
        _variable(name, assigned.get(name))
        for name, has_default in sorted(read.items())
        if name not in GIVEN and (name in assigned or not (has_default or hasattr(global_settings, name)))
    ]


def settings_read(body: list[ast.stmt]) -> dict[str, bool]:
    """The settings that a module reads, and whether it copes without them, by a default of its own."""
    nodes = [node for statement in body for node in ast.walk(statement)]
    aliases = _aliases(nodes)
    found: dict[str, bool] = {}
    for node in nodes:
        name, has_default = _setting(node, aliases)
        if name:
            found[name] = found.get(name, True) and has_default
    return found


def _aliases(nodes: list[ast.AST]) -> set[str]:
    return {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == "django.conf"
        for alias in node.names
        if alias.name == "settings"
    }


def _setting(node: ast.AST, aliases: set[str]) -> tuple[str, bool]:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
        return (node.attr, False) if node.attr.isupper() else ("", False)
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) > 1):
        return "", False
    subject, name = node.args[0], node.args[1]
    is_settings = isinstance(subject, ast.Name) and subject.id in aliases
    if node.func.id in ("getattr", "hasattr") and is_settings and isinstance(name, ast.Constant):
        return str(name.value), node.func.id == "hasattr" or len(node.args) > 2
    return "", False


def _assignments(tree: SourceTree, module: str, seen: set[str]) -> dict[str, ast.expr]:
    """What a settings module assigns at its top level, those it star-imports included; the last one wins."""
    file = tree.files.get(module)
    if file is None or module in seen:
        return {}
    seen.add(module)
    found: dict[str, ast.expr] = {}
    for item in tree.imports_of(file):
        if item.name == "*" and (base := tree.resolve(item)):
            found |= _assignments(tree, base, seen)
    for statement in tree.body_of(file):
        found |= dict(_assigned(statement))
    return found


def _assigned(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(statement, ast.Assign):
        yield from (
            (target.id, statement.value) for target in statement.targets if isinstance(target, ast.Name)
        )
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
        yield statement.target.id, statement.value


def _variable(name: str, value: ast.expr | None) -> Variable:
    variable, default = _read_from_environment(value) if value is not None else (None, _MISSING)
    if variable is None and value is not None and literal.is_plain(value):
        default = ast.literal_eval(value)
        if isinstance(default, list | tuple | set | dict):
            return Variable(name, literal.assign(name, default), None)
    variable = variable or name
    if default is _MISSING or (_SECRET.search(name) and default):
        return Variable(
            name, literal.assign_call(name, "required", f'"{variable}"'), variable, is_required=True
        )
    return Variable(name, literal.assign_call(name, *_getter(variable, default)), variable)


def _getter(variable: str, default: Any) -> tuple[str, ...]:
    """The function that reads a variable, and its arguments as they are written."""
    quoted = f'"{variable}"'
    if isinstance(default, bool):
        return "flag", quoted, f"default={default}"
    if isinstance(default, int | float):
        return type(default).__name__, f'os.environ.get({quoted}, "{default}")'
    if default is None:
        return "os.environ.get", quoted
    return "os.environ.get", quoted, literal.write(default)


def _read_from_environment(value: ast.expr) -> tuple[str | None, Any]:
    """The variable that an expression reads, and its literal default: `os.environ.get("X", "y")` and so on."""
    if (
        isinstance(value, ast.Subscript)
        and isinstance(value.slice, ast.Constant)
        and "environ" in ast.dump(value.value)
    ):
        return str(value.slice.value), _MISSING
    if not (isinstance(value, ast.Call) and value.args and isinstance(value.args[0], ast.Constant)):
        return None, _MISSING
    name = value.args[0].value
    if not (isinstance(name, str) and _VARIABLE.fullmatch(name)):
        return None, _MISSING
    given = [*value.args[1:2], *(keyword.value for keyword in value.keywords if keyword.arg == "default")]
    if given and literal.is_plain(given[0]):
        return name, ast.literal_eval(given[0])
    return name, _MISSING


def _is_environ(node: ast.expr) -> bool:
    return ast.unparse(node) in ("os.environ", "environ")
