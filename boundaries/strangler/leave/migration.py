"""Which migrations take a context's models, and later its tables, out of the monolith?

The first one moves the tables to the schema `retired` and the models out of Django's state; it depends on the last
migration of every app that ever referred to them, since a fresh database must build those references before their
target goes. The second one drops the tables. Both are plain Django, and need the kit no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps

from boundaries.contexts import ownership
from boundaries.strangler.code import literal
from boundaries.strangler.code.template import fill
from boundaries.strangler.leave.history import History, HistoryUnsettled, Node, labels_of

LEAVES, PURGED = "leaves", "purged"


@dataclass(frozen=True, slots=True)
class MigrationFile:
    """One migration that is to be written, or is there already."""

    label: str
    path: Path
    text: str

    @property
    def is_written(self) -> bool:
        """Whether the file is there; it may have been edited since."""
        return self.path.exists()


def leave_migrations(context: str) -> list[MigrationFile]:
    """The leave-migration of each app that holds models of `context`; those that are there are not written anew.

    :raises HistoryUnsettled: where an app's own migrations do not end where its models are.
    """
    history = History()
    return [
        _leave(history, context, label)
        for label in sorted(labels_of(context))
        if _is_concerned(context, label)
    ]


def purge_migrations(context: str) -> list[MigrationFile]:
    """The purge-migration of each app whose models have left.

    :raises HistoryUnsettled: where the leave-migration is not there yet.
    """
    history = History()
    labels = [label for label in sorted(labels_of(context)) if find(history, context, label, LEAVES)]
    if not labels:
        raise HistoryUnsettled(
            label=context,
            reason="its models have not left",
            advice=f"Run `boundaries extract {context} complete`",
        )
    return [_purge(history, context, label) for label in labels]


def find(history: History, context: str, label: str, kind: str) -> Path | None:
    """The migration of that kind, if it has been written."""
    found = sorted(history.folder(label).glob(f"[0-9]*_{_word(context)}_{kind}.py"))
    return found[0] if found else None


def _is_concerned(context: str, label: str) -> bool:
    """An app without models of its own has nothing to take out."""
    history_label = apps.get_app_config(label)
    return any(ownership.context_of_model(model) == context for model in history_label.get_models()) or bool(
        list(Path(history_label.path).glob(f"migrations/[0-9]*_{_word(context)}_{LEAVES}.py"))
    )


def _leave(history: History, context: str, label: str) -> MigrationFile:
    written = find(history, context, label, LEAVES)
    if written is not None:
        return MigrationFile(label, written, written.read_text(encoding="utf-8"))
    history.require_settled(label)
    leaf = history.leaf(label)
    tables = sorted(
        model._meta.db_table
        for model in ownership.models_of(context)
        if model._meta.app_label == label and model._meta.managed
    )
    models = [
        model.__name__
        for model in apps.get_app_config(label).get_models()
        if ownership.context_of_model(model) == context
    ]
    text = fill(
        "leave_migration.py", context=context, tables=literal.assign("TABLES", tables),
        dependencies=_dependencies([leaf, *history.referring(label, tables)]),
        models="\n".join(
            f"                migrations.DeleteModel({literal.write(name)}),"
            for name in history.models_to_delete(label, models)
        ),
    )  # fmt: skip
    return MigrationFile(label, _next(history, context, leaf, LEAVES), text)


def _purge(history: History, context: str, label: str) -> MigrationFile:
    written = find(history, context, label, PURGED)
    if written is not None:
        return MigrationFile(label, written, written.read_text(encoding="utf-8"))
    leave = find(history, context, label, LEAVES)
    assert leave is not None, "only apps that have left are purged"
    module = history.loader.disk_migrations[label, leave.stem].__module__
    tables = list(_tables_of(module))
    leaf = history.leaf(label)
    text = fill(
        "purge_migration.py",
        context=context,
        tables=literal.assign("TABLES", tables),
        dependencies=_dependencies([leaf]),
    )
    return MigrationFile(label, _next(history, context, leaf, PURGED), text)


def _tables_of(module: str) -> Iterator[str]:
    """The tables that the leave-migration has put aside: the models are gone."""
    import importlib

    yield from importlib.import_module(module).TABLES


def _dependencies(nodes: Sequence[Node]) -> str:
    return "\n".join(f"        {literal.write(node)}," for node in dict.fromkeys(nodes))


def _next(history: History, context: str, leaf: Node, kind: str) -> Path:
    digits = leaf[1][:4]
    number = int(digits) + 1 if digits.isdigit() else len(list(history.folder(leaf[0]).glob("[0-9]*.py"))) + 1
    return history.folder(leaf[0]) / f"{number:04d}_{_word(context)}_{kind}.py"


def _word(context: str) -> str:
    return context.replace("-", "_")
