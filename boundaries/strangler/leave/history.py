"""What do the migrations of the whole project say about a context's models?"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.state import ModelState, ProjectState

from boundaries.contexts.map import current_map
from boundaries.errors import BoundaryError

Node = tuple[str, str]


class HistoryUnsettled(BoundaryError):
    """Raised when an app's migrations do not end where its models are."""

    code = "BD861"
    problem = "The migrations of {label} cannot be followed by another one: {reason}."
    remedy = "{advice}, and run the same command again."


class History:
    """Every migration of the project, read from its files; no database is asked."""

    def __init__(self) -> None:
        self.loader = MigrationLoader(None, ignore_no_migrations=True)

    def folder(self, label: str) -> Path:
        """Where the migrations of an app lie.

        :raises HistoryUnsettled: when it has none.
        """
        module, _ = self.loader.migrations_module(label)
        found = sys.modules.get(module or "")
        if label not in self.loader.migrated_apps or found is None or not found.__file__:
            raise HistoryUnsettled(
                label=label,
                reason="it has none",
                advice=f"Give it a migrations folder with `makemigrations {label}`",
            )
        return Path(found.__file__).parent

    def leaf(self, label: str) -> Node:
        """The one last migration of an app.

        :raises HistoryUnsettled: when there are several.
        """
        leaves = self.loader.graph.leaf_nodes(label)
        if len(leaves) != 1:
            raise HistoryUnsettled(
                label=label, reason=f"it has {len(leaves)} last ones", advice="Run `makemigrations --merge`"
            )
        return cast("Node", leaves[0])

    def require_settled(self, label: str) -> None:
        """The models are as the migrations say.

        :raises HistoryUnsettled: when `makemigrations` would write something.
        """
        detector = MigrationAutodetector(self.loader.project_state(), ProjectState.from_apps(apps))
        if detector.changes(graph=self.loader.graph, trim_to_apps={label}).get(label):
            raise HistoryUnsettled(
                label=label,
                reason="models have changed since the last one",
                advice=f"Run `makemigrations {label}`",
            )

    def models_to_delete(self, label: str, names: Iterable[str]) -> list[str]:
        """The names of these models, as the history spells them, those first that refer to others."""
        state = self.loader.project_state()
        left = {name.lower(): state.models[label, name.lower()] for name in names}
        ordered: list[str] = []
        while left:
            referred = {
                target for model in left.values() for target in _targets(model) if target != model.name_lower
            }
            free = sorted(name for name in left if name not in referred) or sorted(left)[:1]
            ordered += [left.pop(name).name for name in free]
        return ordered

    def referring(self, label: str, tables: Iterable[str]) -> list[Node]:
        """The last migrations of every other app that ever named this one, or one of its tables."""
        others = sorted(
            {
                node[0]
                for node, migration in self.loader.disk_migrations.items()
                if node[0] != label and _names(migration, label, frozenset(tables))
            }
        )
        return [leaf for other in others for leaf in self.loader.graph.leaf_nodes(other)]


def labels_of(context: str) -> dict[str, list[str] | None]:
    """The apps that hold a context's models: label → the models that the map claims there, or None for all of them.

    Asked of apps and map alone, so that the answer stays when the models are gone.
    """
    context_map = current_map()
    found: dict[str, list[str] | None] = {}
    for claim in context_map.context(context).models:
        label, _, name = claim.partition(".")
        names = found.setdefault(label, [])
        if names is not None:
            names.append(name)
    for config in apps.get_app_configs():
        if context_map.context_of_module(config.name) == context:
            found[config.label] = None
    return found


def _targets(model: ModelState) -> Iterator[str]:
    """The models of the same app that a model's fields and bases lead to."""
    for field in model.fields.values():
        remote = getattr(field, "remote_field", None)
        for target in (getattr(remote, "model", None), getattr(remote, "through", None)):
            yield from _local_name(target, model.app_label)
    for base in model.bases:
        yield from _local_name(base, model.app_label)


def _local_name(target: object, label: str) -> Iterator[str]:
    if isinstance(target, str):
        app, _, name = target.rpartition(".")
        if not app or app.lower() == label:
            yield name.lower()


def _names(migration: Migration, label: str, tables: frozenset[str]) -> bool:
    """Whether a migration depends on the app, or names it, a model of it or one of its tables in a string."""
    if any(dependency[0] == label for dependency in migration.dependencies):
        return True
    path = inspect.getsourcefile(sys.modules[migration.__module__])
    if path is None:
        return False
    source = Path(path).read_text(encoding="utf-8")
    if label not in source.lower() and not any(table in source for table in tables):
        return False
    strings = (
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return any(_is_named(text, label, tables) for text in strings)


def _is_named(text: str, label: str, tables: frozenset[str]) -> bool:
    lowered = text.lower()
    return (
        lowered == label or lowered.startswith(f"{label}.") or not tables.isdisjoint(re.findall(r"\w+", text))
    )
