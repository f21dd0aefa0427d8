"""Which code moves with a context, and what does the service lack of it?"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from boundaries.contexts.map import Context
from boundaries.enforcement.source.tree import SourceFile
from boundaries.strangler.code.closure import Closure
from boundaries.strangler.code.source import SourceTree
from boundaries.strangler.planning.facts import CodeFacts, Place, Refusal

# What a history made from the models alone will not have.
_BY_HAND = frozenset(
    {
        "RunSQL", "RunPython", "CreateExtension", "TrigramExtension", "UnaccentExtension",
        "SeparateDatabaseAndState",
    }
)  # fmt: skip
# Names the models with a table that are written in some modules: module to label.
ModelsIn = Callable[[Collection[str]], Mapping[str, str]]


def describe_code(tree: SourceTree, context: Context, closure: Closure, models_in: ModelsIn) -> CodeFacts:
    """The code of a context as the service will have it."""
    migrations = [file for file in tree.owned_by(context.name) if file.purpose == "migration"]
    return CodeFacts(
        packages=context.packages,
        files=len(closure.moved),
        lines=sum(Path(file.path).read_bytes().count(b"\n") for file in closure.moved),
        test_files=len(closure.tests),
        borrowed=tuple(file.module for file in closure.borrowed),
        tests_left=tuple(file.module for file in closure.tests_left),
        refusals=(*closure.refusals, *_borrowed_models(closure, models_in), *_taken_names(closure)),
        operations_in_migrations=tuple(item for file in migrations for item in _by_hand(tree, file)),
    )


def _borrowed_models(closure: Closure, models_in: ModelsIn) -> Iterator[Refusal]:
    """A copied module with a table would need that table, and its rows stay."""
    files = {file.module: file for file in closure.borrowed}
    for module, label in models_in(files).items():
        yield Refusal(
            Place(files[module].relative, 1),
            module,
            f"holds the table of {label}, whose rows stay",
            "Make the model abstract, or keep the import of its module behind a facade.",
        )


def _taken_names(closure: Closure) -> Iterator[Refusal]:
    for file in closure.moved:
        if file.module.partition(".")[0] in ("service", "service_migrations"):
            yield Refusal(
                Place(file.relative, 1),
                file.module,
                "has the name of the package that holds the service's own settings",
                "Rename the package; the names `service` and `service_migrations` are taken.",
            )
            return


def _by_hand(tree: SourceTree, file: SourceFile) -> Iterator[tuple[str, Place]]:
    """Operations that a history made from the models alone will not have."""
    for node in (found for statement in tree.body_of(file) for found in ast.walk(statement)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in _BY_HAND:
                yield name, Place(file.relative, node.lineno)
