"""Which modules must come along, and which imports could the service never satisfy?

A service takes its context whole. Of the others it may have copies: what it needs of shared contexts, and of
the public doors of those that it calls or listens to. Any other import of the project is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from boundaries.contexts.map import Context, ContextMap
from boundaries.enforcement.source.tree import SourceFile
from boundaries.strangler.code.source import Import, SourceTree
from boundaries.strangler.planning.facts import Place, Refusal


@dataclass(frozen=True, slots=True)
class Closure:
    """The files of a service, sorted by module, and what stands in its way.

    `third_party` maps each module imported from outside the project to the modules that need it; `test_tools` are
    those that only tests need.
    """

    moved: tuple[SourceFile, ...]
    tests: tuple[SourceFile, ...]
    borrowed: tuple[SourceFile, ...]
    tests_left: tuple[SourceFile, ...]
    refusals: tuple[Refusal, ...]
    third_party: dict[str, list[str]] = field(default_factory=dict)
    test_tools: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """Everything that is copied."""
        return (*self.moved, *self.tests, *self.borrowed)


def close(tree: SourceTree, context: Context) -> Closure:
    """Follow the imports of a context until nothing is missing."""
    owned = [file for file in tree.owned_by(context.name) if file.purpose != "migration"]
    code = [file for file in owned if file.purpose == "code"]
    walk = _Walk(tree, context, owned={file.module for file in owned})
    walk.follow(code)
    refusals = list(walk.refusals)
    tests, left = _movable(walk, [file for file in owned if file.purpose == "test"])
    borrowed = [tree.files[module] for module in sorted(walk.borrowed)]
    third_party = _third_party(tree, [*code, *borrowed])
    return Closure(
        moved=tuple(code),
        tests=tuple(tests),
        borrowed=tuple(borrowed),
        tests_left=tuple(left),
        refusals=tuple(sorted(refusals, key=lambda refusal: (str(refusal.place), refusal.module))),
        third_party=third_party,
        test_tools=tuple(module for module in _third_party(tree, tests) if module not in third_party),
    )


class _Walk:
    """One walk over the imports; `borrowed` and `refusals` grow."""

    def __init__(self, tree: SourceTree, context: Context, *, owned: set[str]) -> None:
        self.tree = tree
        self.context = context
        self.owned = owned
        self.borrowed: set[str] = set()
        self.refusals: list[Refusal] = []

    def follow(self, files: Iterable[SourceFile]) -> None:
        waiting = list(files)
        while waiting:
            file = waiting.pop()
            for item in self.tree.imports_of(file):
                module = None if item.is_guarded else self.tree.resolve(item)
                if module is None or module in self.owned or module in self.borrowed:
                    continue
                refusal = judge(self.tree.map, self.context, file=file, item=item, module=module)
                if refusal is not None:
                    self.refusals.append(refusal)
                elif module in self.tree.files:
                    self.borrowed.add(module)
                    waiting.append(self.tree.files[module])


def judge(
    context_map: ContextMap, context: Context, *, file: SourceFile, item: Import, module: str
) -> Refusal | None:
    """Why the service of `context` cannot have `module`, which `file` imports; None when it can."""
    place = Place(file.relative, item.line)
    name = f"{module}.{item.name}" if item.name and not module.endswith(f".{item.name}") else module
    owner = context_map.context_of_module(module)
    if owner is None:
        return Refusal(
            place,
            name,
            "belongs to no context of the map",
            f"Move it into {context.name}, or declare its package as a context with `shared = true`.",
        )
    declared = context_map.context(owner)
    if owner == context.name or declared.shared:
        return None
    if not declared.is_public(module):
        return Refusal(
            place,
            name,
            f"is an internal of {owner}",
            f"Ask the facade of {owner}, or move the name into its public package.",
        )
    is_own_import = context_map.context_of_module(file.module) == context.name
    if is_own_import and not _may_meet(context, owner):
        return Refusal(
            place,
            name,
            f"{context.name} neither calls nor listens to {owner} in the map",
            f"Add {owner!r} to `calls` or `listens_to` of {context.name}, or do without it.",
        )
    return None


def _may_meet(context: Context, other: str) -> bool:
    return context.calls is None or other in context.calls or other in context.listens_to


def _movable(walk: _Walk, tests: list[SourceFile]) -> tuple[list[SourceFile], list[SourceFile]]:
    """The tests that the service can run, and those that need code which stays, also through each other."""
    left: set[str] = set()
    while True:
        found = {
            file.module for file in tests if file.module not in left and _needs_what_stays(walk, file, left)
        }
        if not found:
            break
        left |= found
    kept = [file for file in tests if file.module not in left]
    walk.follow(kept)
    return kept, [file for file in tests if file.module in left]


def _needs_what_stays(walk: _Walk, file: SourceFile, left: set[str]) -> bool:
    trial = _Walk(walk.tree, walk.context, owned=walk.owned)
    trial.follow([file])
    own = {walk.tree.resolve(item) for item in walk.tree.imports_of(file)}
    conftests = {module for module in left if module.rpartition(".")[2] == "conftest"}
    beside = any(file.module.startswith(f"{module.rpartition('.')[0]}.") for module in conftests)
    return bool(trial.refusals) or not left.isdisjoint(own - {None}) or beside


def _third_party(tree: SourceTree, files: Iterable[SourceFile]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in files:
        for item in tree.imports_of(file):
            if not item.is_guarded and tree.resolve(item) is None and item.module:
                users = found.setdefault(item.module, [])
                if file.module not in users:
                    users.append(file.module)
    return dict(sorted(found.items()))
