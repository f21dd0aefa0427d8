"""What is the code made of, one level below contexts, and what ties its parts together?

A part is one module or one model. The finders of the lint are handed a map in which every part is a context of
its own; so they see couplings inside an app too, and one giant app can be taken apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from boundaries.contexts.map import Context, ContextMap
from boundaries.enforcement.kinds import FINDERS, Analysis, Link
from boundaries.enforcement.source.facts import TEXT
from boundaries.enforcement.source.model import Model
from boundaries.enforcement.source.reader import ProjectFacts
from boundaries.enforcement.witness import Witness

# A column that holds the key of a row elsewhere, without the database knowing: a Reference, or `<model>_id`.
IDENTITY = "identity"

_KEY_FIELDS = ("Integer", "UUID", "Char", "Slug")


@dataclass(frozen=True, slots=True)
class Part:
    """One module, or one model inside a module; `table` is empty for what has none of its own."""

    name: str
    module: str
    path: str
    table: str = ""
    is_model: bool = False
    is_abstract: bool = False


@dataclass(frozen=True, slots=True)
class Tie:
    """One coupling between two parts; `module` is the dotted module as an import wrote it, else empty."""

    kind: str
    source: str
    target: str
    path: str
    line: int
    written: str
    module: str = ""
    is_constraint: bool = False

    @property
    def place(self) -> str:
        """`path:line`."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Anatomy:
    """All parts of a project by name, and the ties between them.

    `users` are the models that point at the user model, where that is no code of the project.
    """

    parts: Mapping[str, Part]
    ties: tuple[Tie, ...]
    user_model: str = ""
    users: tuple[str, ...] = ()
    unresolved: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def dissect(
    context_map: ContextMap,
    facts: ProjectFacts,
    *,
    witnesses: Sequence[Witness] = (),
    record: Path | None = None,
) -> Anatomy:
    """Take a project apart, and ask who else knows.

    The contexts of the map play no part in it, except for the commands in a record: they lead to a context's door.

    :raises RecordUnreadable: when the record is none.
    """
    first = Analysis.of(context_map, facts)
    parts = {part.name: part for part in _parts(first)}
    contexts = {name: _as_context(part) for name, part in parts.items()}
    analysis = Analysis.of(replace(context_map, contexts=contexts), facts)
    links = [link for find in FINDERS.values() for link in find(analysis)]
    links += [link for witness in witnesses for link in witness.testify(links, analysis).links]
    found = [tie for link in links for tie in _ties(analysis, parts, link)]
    found += _identities(analysis)
    if record is not None:
        found += _recorded(record, context_map, parts)
    return Anatomy(
        parts=parts,
        ties=tuple(tie for tie in found if _is_real(tie, parts)),
        user_model=analysis.settings.user_model(),
        users=tuple(_users(analysis)),
        unresolved={kind: count for kind, count in sorted(analysis.unresolved.items()) if count},
        problems=tuple(facts.problems),
    )


def _parts(analysis: Analysis) -> Iterator[Part]:
    for file, _ in analysis.project.files():
        yield Part(file.module, file.module, file.relative)
    for model in analysis.models.all():
        table = "" if model.fact.abstract or model.fact.proxy else model.table
        yield Part(model.dotted, model.symbol.module, model.file.relative, table, True, model.fact.abstract)


def _as_context(part: Part) -> Context:
    if part.is_model:
        return Context(part.name, packages=(), models=(part.name,))
    return Context(part.name, packages=(part.name,))


def _ties(analysis: Analysis, parts: Mapping[str, Part], link: Link) -> Iterator[Tie]:
    source = _source(analysis, link)
    for target in dict.fromkeys(_targets(analysis, parts, link)):
        yield Tie(
            link.kind, source, target, link.path, link.line, link.target, link.module, link.is_constraint
        )


def _source(analysis: Analysis, link: Link) -> str:
    """The model whose method it is in, else the module."""
    module, _, qualname = link.source.partition(":")
    model = _model_named(analysis, f"{module}.{qualname.partition('.')[0]}")
    return model.dotted if model and qualname else link.source_context


def _targets(analysis: Analysis, parts: Mapping[str, Part], link: Link) -> Iterator[str]:
    """The part that is meant; for an import, where each name really comes from, not who passes it on."""
    if link.kind != "import" or link.evidence == "static":
        yield link.target_context
        return
    for name in link.evidence.split(", "):
        model = _model_named(analysis, f"{link.module}.{name}")
        defined = model.dotted if model else analysis.project.find(f"{link.module}.{name}").module
        yield defined if defined in parts else link.target_context


def _model_named(analysis: Analysis, dotted: str) -> Model | None:
    symbol = analysis.project.find(dotted)
    return analysis.models.of_symbol(symbol) if symbol.is_inside else None


def _identities(analysis: Analysis) -> Iterator[Tie]:
    """Columns that hold the key of another model's row by convention only."""
    by_name: dict[str, list[Model]] = {}
    for model in analysis.models.all():
        if not model.fact.abstract and not model.fact.proxy:
            by_name.setdefault(model.symbol.last.lower(), []).append(model)
    for models in list(by_name.values()):
        for model in models:
            for declaring, column in analysis.models.fields(model):
                callee = column.callee.rpartition(".")[2]
                if callee == "Reference" and column.target.startswith(TEXT):
                    target = analysis.models.of_label(column.target[1:])
                else:
                    target = _meant_by_column(column.name, callee, by_name)
                if target is not None:
                    yield Tie(
                        IDENTITY,
                        model.dotted,
                        target.dotted,
                        declaring.file.relative,
                        column.line,
                        target.dotted,
                    )


def _meant_by_column(name: str, callee: str, by_name: Mapping[str, list[Model]]) -> Model | None:
    """The model of `<model>_id`, if only one is called so and the column could hold its key."""
    if not name.endswith("_id") or not any(word in callee for word in _KEY_FIELDS):
        return None
    meant = by_name.get(name.removesuffix("_id").replace("_", ""), [])
    return meant[0] if len(meant) == 1 else None


def _recorded(record: Path, context_map: ContextMap, parts: Mapping[str, Part]) -> Iterator[Tie]:
    """The transactions of a record that wrote something else too, each from the module that opened it."""
    from boundaries.enforcement.recorder.recording import read_rows

    modules = {part.path: part.name for part in parts.values() if not part.is_model}
    for row in read_rows(record):
        if row.kind == "transaction" and row.path in modules:
            called = context_map.contexts.get(row.target_context) if row.access == "call" else None
            target = next((door for door in called.public if door in parts), "") if called else row.target
            yield Tie(row.kind, modules[row.path], target, row.path, row.line, row.target)


def _users(analysis: Analysis) -> Iterator[str]:
    """The models with a relation to the user model, unless that is one of the project's."""
    user = analysis.settings.user_model().lower()
    if analysis.models.of_label(user) is not None:
        return
    for model in analysis.models.all():
        for declaring, column in analysis.models.fields(model):
            relations, module = analysis.relations, declaring.symbol.module
            if not model.fact.abstract and relations.fields.is_relation(module, column.callee):
                target = relations.pointed_at(declaring, column, model)
                if target is not None and target.dotted.lower() == user:
                    yield model.dotted
                    break


def _is_real(tie: Tie, parts: Mapping[str, Part]) -> bool:
    return tie.source != tie.target and tie.source in parts and tie.target in parts
