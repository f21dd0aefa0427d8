"""What must stay together when contexts are looked for? A Django app; of a giant one, its modules and models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from boundaries.enforcement.suggest.anatomy import Anatomy, Part
from boundaries.enforcement.survey.app import FoundApp

# An app this large, and that large a part of all tables, holds more than one context.
_GIANT_TABLES, _GIANT_SHARE = 20, 0.35
_GIANT_ALONE = 60
# So many apps inside another make it a folder, even if it has a `models` package for what they share.
_MANY_APPS = 5
# A module with more models than this is taken apart into them.
_CROWDED_TABLES = 8


@dataclass(frozen=True, slots=True)
class Unit:
    """Code that is not divided: `packages` and `models` are what a context map would claim.

    `app` is the label of the app that it is, or is a piece of; empty for code outside all apps. A shell is the
    project's own package, with its settings and URLs, or what passes on the pieces of a giant app.
    """

    name: str
    app: str = ""
    packages: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    tables: int = 0
    is_piece: bool = False
    is_shell: bool = False


@dataclass(frozen=True)
class Division:
    """All units by name, and the unit of each part."""

    units: Mapping[str, Unit]
    owner: Mapping[str, str] = field(default_factory=dict)
    giants: tuple[FoundApp, ...] = ()


def divide(anatomy: Anatomy, named: Sequence[tuple[str, FoundApp]]) -> Division:
    """One unit for each app, under its name, and for each package outside all apps; giant apps in pieces."""
    names = {app.package: name for name, app in named}
    apps = _dividing(anatomy, [app for _, app in named])
    app_of = {name: _longest(part.module, apps) for name, part in anatomy.parts.items()}
    giants = _giants(anatomy, app_of, apps)
    crowded = _crowded(anatomy)
    families = _families(crowded)
    inner = {
        ".".join(package.split(".")[:size]) for package in apps for size in range(1, package.count(".") + 1)
    }
    drafts: dict[str, Unit] = {}
    owner: dict[str, str] = {}
    for part in anatomy.parts.values():
        package = app_of[part.name]
        if package in giants:
            unit = _piece(part, apps[package], families, crowded)
        elif package:
            unit = Unit(names[package], apps[package].label, (package,))
        else:
            unit = _outside(part, inner)
        drafts.setdefault(unit.name, unit)
        owner[part.name] = unit.name
    tables = Counter(owner[part.name] for part in anatomy.parts.values() if part.table)
    units = {name: replace(unit, tables=tables[name]) for name, unit in sorted(drafts.items())}
    return Division(units, owner, tuple(apps[package] for package in sorted(giants)))


def _dividing(anatomy: Anatomy, apps: Collection[FoundApp]) -> dict[str, FoundApp]:
    """The apps by package, without those that only hold other apps and have no tables of their own."""
    owners = {part.module for part in anatomy.parts.values() if part.table}
    packages = [app.package for app in apps]

    def only_holds(package: str) -> bool:
        inside = [other for other in packages if other.startswith(f"{package}.")]
        own = (module for module in owners if f"{module}.".startswith(f"{package}."))
        has_models = f"{package}.models" in anatomy.parts
        return len(inside) >= (_MANY_APPS if has_models else 2) and all(
            any(f"{module}.".startswith(f"{other}.") for other in inside) for module in own
        )

    return {app.package: app for app in apps if not only_holds(app.package)}


def _giants(anatomy: Anatomy, app_of: Mapping[str, str], apps: Mapping[str, FoundApp]) -> set[str]:
    tables = Counter(app_of[part.name] for part in anatomy.parts.values() if part.table)
    total = tables.total()
    return {
        package
        for package in apps
        if tables[package] > _GIANT_ALONE
        or (tables[package] > _GIANT_TABLES and tables[package] > _GIANT_SHARE * total)
    }


def _crowded(anatomy: Anatomy) -> dict[str, list[str]]:
    """The modules with so many models that each model is looked at by itself, with those models."""
    models: dict[str, list[str]] = {}
    for part in anatomy.parts.values():
        if part.table:
            models.setdefault(part.module, []).append(part.name)
    return {module: names for module, names in models.items() if len(names) > _CROWDED_TABLES}


def _families(crowded: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """Each model of a crowded module with its family: `Order`, `OrderLine` and `OrderFee` are one aggregate."""
    families: dict[str, list[str]] = {}
    for models in crowded.values():
        for model in models:
            families.setdefault(_head(model, models), []).append(model)
    return {
        model: (head, *sorted(set(family) - {head})) for head, family in families.items() for model in family
    }


def _head(model: str, models: Collection[str]) -> str:
    """The model with the shortest name of which this model's name is a continuation; itself if there is none."""
    heads = [head for head in models if model.startswith(head) and model[len(head) : len(head) + 1].isupper()]
    return min(heads, key=len, default=model)


def _piece(
    part: Part, app: FoundApp, families: Mapping[str, tuple[str, ...]], crowded: Collection[str]
) -> Unit:
    """A module, an abstract model or a family of models; what only passes these on stays with the app."""
    if family := families.get(part.name):
        return Unit(family[0], app.label, models=family, is_piece=True)
    if part.is_abstract:
        return Unit(part.name, app.label, models=(part.name,), is_piece=True)
    passes_on = part.module in crowded or (part.path.endswith("__init__.py") and not part.is_model)
    if passes_on or ".migrations" in part.module.removeprefix(app.package):
        return Unit(app.package, app.label, (app.package,), is_piece=True, is_shell=True)
    return Unit(part.module, app.label, (part.module,), is_piece=True)


def _outside(part: Part, inner: set[str]) -> Unit:
    """Code of no app: the outermost package that holds no app; modules beside apps are the project's shell."""
    names = part.module.split(".")
    for size in range(1, len(names) + 1):
        package = ".".join(names[:size])
        if package not in inner:
            is_module = size == len(names) and not part.path.endswith("__init__.py")
            if not is_module:
                return Unit(package, packages=(package,))
            break
    parent = part.module.rpartition(".")[0]
    shell = part.module if part.module in inner else parent
    return Unit(shell or part.module, packages=(shell or part.module,), is_shell=True)


def _longest(module: str, apps: Mapping[str, FoundApp]) -> str:
    prefix = module
    while prefix and prefix not in apps:
        prefix = prefix.rpartition(".")[0]
    return prefix
