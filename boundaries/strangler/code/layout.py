"""Which files does the service have, besides the history of its database?

Paths are relative to its folder. The same project always gives the same bytes: no dates, no absolute paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from boundaries.facades import way_back_checks
from boundaries.facades.contract import build_contract, encode_contract, facade_of
from boundaries.strangler.code import administration, literal
from boundaries.strangler.code.blueprint import Blueprint
from boundaries.strangler.code.deployment import deploy, distribution
from boundaries.strangler.code.requirement import declared_python
from boundaries.strangler.code.service_map import write_map
from boundaries.strangler.code.template import fill

HISTORY = "service_migrations"
_NOT_COPIED = frozenset({"__pycache__", "migrations"})
_LEFT_BEHIND = (".py", ".pyc", ".pyo")


def lay_out(blueprint: Blueprint) -> dict[str, bytes]:
    """Every file of the service but its migrations, by path."""
    copied = _copies(blueprint)
    generated = {path: content.encode() for path, content in _generated(blueprint)}
    parents = dict.fromkeys(_parents(copied, blueprint.map.root), b"")
    return {**parents, **copied, **generated}


def history_package(label: str) -> str:
    """The dotted package of an app's migrations in the service."""
    return f"{HISTORY}.{label}"


def _copies(blueprint: Blueprint) -> dict[str, bytes]:
    found = {file.relative: Path(file.path).read_bytes() for file in blueprint.closure.files}
    for path in _other_files(blueprint):
        found[path.relative_to(blueprint.map.root).as_posix()] = path.read_bytes()
    return found


def _other_files(blueprint: Blueprint) -> Iterator[Path]:
    """Templates, fixtures, translations and whatever else lies in the context's packages."""
    for package in blueprint.context.packages:
        folder = blueprint.map.root.joinpath(*package.split("."))
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix not in _LEFT_BEHIND and _is_owned(path, blueprint):
                yield path


def _is_owned(path: Path, blueprint: Blueprint) -> bool:
    parts = path.relative_to(blueprint.map.root).parts[:-1]
    hidden = any(part.startswith(".") for part in (*parts, path.name))
    owner = blueprint.map.context_of_module(".".join(parts))
    return not hidden and _NOT_COPIED.isdisjoint(parts) and owner == blueprint.context.name


def _parents(copied: Iterable[str], root: Path) -> Iterator[str]:
    """Empty `__init__.py` files of the packages above what was copied; namespace packages stay without one."""
    for path in copied:
        if path.endswith(".py"):
            for parent in PurePosixPath(path).parents:
                file = parent / "__init__.py"
                if parent.name and (root / file).is_file():
                    yield file.as_posix()


def _generated(blueprint: Blueprint) -> Iterator[tuple[str, str]]:
    context = blueprint.context.name
    yield "service/__init__.py", fill("init.py", context=context)
    yield "service/environment.py", fill("environment.py")
    yield "service/settings.py", _settings(blueprint)
    yield "service/urls.py", fill("urls.py", context=context, **administration.routes(blueprint.context))
    yield "service/wsgi.py", fill("wsgi.py")
    yield "service/celery.py", fill("celery.py", context=context)
    yield "service/tests/__init__.py", ""
    yield "service/tests/settings.py", _test_settings(blueprint)
    yield "service/tests/test_service.py", fill("test_service.py", context=context)
    yield f"{HISTORY}/__init__.py", ""
    for label in blueprint.labels:
        yield f"{HISTORY}/{label}/__init__.py", ""
    yield "manage.py", fill("manage.py")
    yield "conftest.py", fill("conftest.py", context=context)
    yield "gunicorn.conf.py", fill("gunicorn.conf.py")
    yield "boundaries.toml", write_map(blueprint.map, blueprint.context, borrowed=blueprint.borrowed)
    yield way_back_checks.FILE, way_back_checks.encode(context)
    yield "contract.json", encode_contract(build_contract(facade_of(context)))
    yield "pyproject.toml", _pyproject(blueprint)
    yield ".gitignore", fill("gitignore")
    yield "README.md", _readme(blueprint)
    yield from deploy(blueprint)


def _settings(blueprint: Blueprint) -> str:
    constants = {name.lower(): literal.write(value) for name, value in blueprint.constants.items()}
    histories = {label: history_package(label) for label in blueprint.labels}
    return fill(
        "settings.py",
        context=blueprint.context.name,
        installed_apps=_indented(f"{literal.write(app)}," for app in blueprint.apps),
        migration_modules=_indented(f'"{label}": "{package}",' for label, package in histories.items()),
        middleware=literal.assign("MIDDLEWARE", administration.middleware(blueprint.context)),
        templates=administration.templates(blueprint.context, has_templates=_has_templates(blueprint)),
        admin=administration.settings(blueprint.context),
        peers=literal.assign("PEERS", ["monolith", *blueprint.peers]),
        packages=literal.assign("OWN_PACKAGES", list(blueprint.context.packages)),
        variables="".join(f"\n{variable.line}" for variable in blueprint.variables)
        + "\n" * bool(blueprint.variables),
        **constants,
    )


def _test_settings(blueprint: Blueprint) -> str:
    names = [variable.variable for variable in blueprint.variables if variable.is_required]
    return fill(
        "test_settings.py",
        variables="".join(f'os.environ.setdefault("{name}", "for-tests")\n' for name in names),
    )


def _pyproject(blueprint: Blueprint) -> str:
    return fill(
        "pyproject.toml",
        name=distribution(blueprint),
        context=blueprint.context.name,
        not_linted=literal.write([HISTORY, *_moved_roots(blueprint)]),
        requires_python=literal.write(declared_python(blueprint.map.root)),
        dependencies=_indented(f"{literal.write(line)}," for line in blueprint.requirements.runtime),
        test_dependencies=_indented(f"{literal.write(line)}," for line in blueprint.requirements.test),
    )


def _readme(blueprint: Blueprint) -> str:
    context = blueprint.context.name
    return (
        fill(
            "README.md",
            context=context,
            name=distribution(blueprint),
            title=context.replace("_", " ").capitalize(),
            folders="\n".join(_folders(blueprint)),
            own_key=f"BOUNDARIES_KEY_{context.upper().replace('-', '_')}",
            variables="\n".join(_variables(blueprint)),
        ).rstrip()
        + "\n"
    )


def _moved_roots(blueprint: Blueprint) -> list[str]:
    return sorted({file.relative.partition("/")[0] for file in blueprint.closure.files})


def _folders(blueprint: Blueprint) -> Iterator[str]:
    for package in blueprint.context.packages:
        yield f"| `{package.replace('.', '/')}` | the context's code, under the path that it has in the monolith |"
    doors = sorted({file.relative.rpartition("/")[0] for file in blueprint.closure.borrowed})
    if doors:
        listed = ", ".join(f"`{door}/`" for door in doors)
        yield f"| {listed} | copies of what it needs of others; they are changed there |"


def _variables(blueprint: Blueprint) -> Iterator[str]:
    for variable in blueprint.variables:
        if variable.variable:
            needed = " (required)" if variable.is_required else ""
            yield f"| `{variable.variable}` | the setting `{variable.setting}` of the moved code{needed} |"


def _has_templates(blueprint: Blueprint) -> bool:
    return any("templates" in path.parts for path in _other_files(blueprint))


def _indented(lines: Iterable[str]) -> str:
    return "\n".join(f"    {line}" for line in lines)
