"""BD203 and BD204: which foreign keys across contexts can become references?

One whose every use is understood: it is rewritten together with them. Where a place follows it to the other model,
the field stays as it is and the places are listed, unless the caller says `with_uses`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from boundaries.enforcement.link import Link
from boundaries.enforcement.source.facts import FieldFact
from boundaries.enforcement.source.model import Model
from boundaries.enforcement.source.project import Symbol
from boundaries.enforcement.wording import counted
from boundaries.strangler.codemod.declaration import ForeignKey, NotSure, as_reference, declaration_at
from boundaries.strangler.codemod.ground import Ground, Violation
from boundaries.strangler.codemod.imports import add_import, bound_names
from boundaries.strangler.codemod.key import key_of
from boundaries.strangler.codemod.mention import Mentions
from boundaries.strangler.codemod.proposal import ByHand, Proposal, Rewrite
from boundaries.strangler.codemod.text import Edit, Text
from boundaries.strangler.codemod.use import Relation, Use, forms_of, uses_of

_CLASSES = frozenset({"ForeignKey", "OneToOneField"})
_MANY = "Give its table a model of its own with a Reference in it; the guide replace-a-join says how."


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A declaration that can be rewritten if its uses can; an abstract base declares it for several models."""

    violations: tuple[Violation, ...]
    relations: tuple[Relation, ...]
    edits: tuple[Edit, ...]
    unneeded: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def link(self) -> Link:
        """Where it stands, and where it leads."""
        return self.violations[0].link

    @property
    def name(self) -> str:
        """The field, by its model or models."""
        return ", ".join(f"{relation.model.dotted}.{relation.name}" for relation in self.relations)


def propose(ground: Ground, violations: Iterable[Violation], *, with_uses: bool = False) -> Proposal:
    """Rewrites for the foreign keys among the violations; with `with_uses` also of those that are followed."""
    proposal, candidates = Proposal(), []
    for together in _by_place(violations):
        try:
            candidates.append(_candidate(ground, together))
        except (NotSure, SyntaxError, ValueError) as reason:
            proposal.by_hand += [_left(violation, str(reason)) for violation in together]
    mentions = Mentions(
        ground, {w for item in candidates for relation in item.relations for w in relation.words}
    )
    for candidate in candidates:
        uses = [use for relation in candidate.relations for use in uses_of(relation, mentions, ground)]
        uses += [Use(path, 1, "it cannot be parsed") for path in mentions.unread]
        uses = list(dict.fromkeys(uses))
        left = [use for use in uses if use.edit is None]
        if left and not with_uses:
            proposal.by_hand += _followed(candidate, left)
        else:
            forms = [form for relation in candidate.relations for form in forms_of(relation, ground)]
            proposal.rewrites.append(_rewrite(candidate, uses, forms))
            proposal.by_hand += _listed(candidate, left)
    return proposal


def _by_place(violations: Iterable[Violation]) -> list[tuple[Violation, ...]]:
    """The violations of one declaration together."""
    found: dict[tuple[str, int, int], list[Violation]] = {}
    for violation in violations:
        link = violation.link
        found.setdefault((link.path, link.line, link.column), []).append(violation)
    return [tuple(together) for together in found.values()]


def _candidate(ground: Ground, violations: tuple[Violation, ...]) -> _Candidate:
    link = violations[0].link
    declared = [_declared(ground, violation) for violation in violations]
    _, declaring, fact = declared[0]
    if {model.symbol for model, _, _ in declared} != {m.symbol for m in _inheritors(ground, declaring, fact)}:
        raise NotSure(f"{declaring.symbol.last} declares it for models of {link.target_context} too")
    text = ground.text(link.path)
    key = declaration_at(text, link.line, link.column)
    relations = tuple(_relation(ground, model, declaring, fact, key) for model, _, _ in declared)
    target = relations[0].target.model
    found = key_of(ground, target, key.to_field) if target else None
    if found is None:
        raise NotSure(f"the source does not tell the type of what identifies {link.target}")
    edits = _edits(text, key, fact, label=link.target, to_type=found[1])
    pointed = text.of(key.said["to"])
    unneeded = (pointed,) if pointed.isidentifier() else ()
    return _Candidate(violations, relations, edits, unneeded, _notes(key, link.target))


def _edits(text: Text, key: ForeignKey, fact: FieldFact, *, label: str, to_type: str) -> tuple[Edit, ...]:
    """The declaration anew, and the import that it needs."""
    names = bound_names(text.tree)
    prefix = fact.callee.rpartition(".")[0] or "models"
    if to_type and prefix.partition(".")[0] not in names:
        raise NotSure("`models` is not imported here, so that `to_type` could be named")
    imported = add_import(text, "boundaries", "Reference")
    if imported and "Reference" in names:
        raise NotSure("the name `Reference` means something else here")
    new = as_reference(text, key, label=label, to_type=to_type, models=prefix)
    return (text.replace(key.call, new), *((imported,) if imported else ()))


def _declared(ground: Ground, violation: Violation) -> tuple[Model, Model, FieldFact]:
    """The model, who declares its field, and the field, if it is a plain foreign key."""
    link, analysis = violation.link, ground.analysis
    module, _, qualname = link.source.partition(":")
    model = analysis.models.of_symbol(Symbol(module, qualname))
    if link.kind != "relation" or model is None:
        raise NotSure("it is a generic relation")
    for declaring, field in analysis.models.fields(model):
        if (declaring.file.relative, field.line, field.column) == (link.path, link.line, link.column):
            symbol = analysis.project.resolve(declaring.symbol.module, field.callee)
            if field.callee.endswith("ManyToManyField"):
                raise NotSure("it is many to many")
            if symbol is None or symbol.is_inside or symbol.last not in _CLASSES:
                raise NotSure(f"{field.callee} is not Django's own ForeignKey")
            return model, declaring, field
    raise NotSure("its declaration was not found")


def _inheritors(ground: Ground, declaring: Model, field: FieldFact) -> list[Model]:
    """The concrete models that have the field as it is declared there."""
    if not declaring.fact.abstract:
        return [declaring]
    models = ground.analysis.models
    concrete = (m for m in models.all() if not m.fact.abstract and not m.fact.proxy)
    return [model for model in concrete if (declaring, field) in models.fields(model)]


def _relation(ground: Ground, model: Model, declaring: Model, fact: FieldFact, key: ForeignKey) -> Relation:
    relations = ground.analysis.relations
    step = relations.steps(relations.node_of(model)).get(fact.name)
    if step is None or step.to.model is None:
        raise NotSure("what it points at is not in the source")
    found = key_of(ground, step.to.model, key.to_field)
    last = model.symbol.last.lower()
    related = fact.related_name or model.fact.related_name
    for word, name in (("%(class)s", last), ("%(model_name)s", last), ("%(app_label)s", model.label.lower())):
        related = related.replace(word, name)
    is_hidden = related.endswith("+")
    accessor = "" if is_hidden else related or (last if key.is_one_to_one else f"{last}_set")
    return Relation(
        model=model,
        declaring=declaring,
        name=fact.name,
        target=step.to,
        accessor=accessor,
        query_name=fact.query_name or ("" if is_hidden else related or last),
        key=found[0] if found else "pk",
        is_one_to_one=key.is_one_to_one,
        by_primary_key=not key.to_field,
    )


def _notes(key: ForeignKey, target: str) -> tuple[str, ...]:
    meaning = ast.unparse(key.said["on_delete"]).rpartition(".")[2]
    if meaning == "DO_NOTHING":
        return ()
    return (f"{meaning} is now done by a message: put @announces_deletion() of boundaries on {target}.",)


def _rewrite(candidate: _Candidate, uses: list[Use], forms: list[str]) -> Rewrite:
    link = candidate.link
    edits: dict[str, list[Edit]] = {link.path: list(candidate.edits)}
    for use in uses:
        if use.edit is not None:
            edits.setdefault(use.path, []).append(use.edit)
    rewritten = sum(use.edit is not None for use in uses)
    also = f", and {counted(rewritten, 'use')} of it" if rewritten else ""
    shown = (f"{form}: {candidate.relations[0].name} becomes an input for the identity." for form in forms)
    return Rewrite(
        path=link.path,
        line=link.line,
        what=f"{candidate.name} becomes a Reference to {link.target}{also}",
        edits={path: tuple(made) for path, made in edits.items()},
        mends=tuple(violation.identity for violation in candidate.violations),
        fields=tuple((r.model.label, r.model.symbol.last, r.name) for r in candidate.relations),
        unneeded=candidate.unneeded,
        notes=(*candidate.notes, *shown),
    )


def _followed(candidate: _Candidate, left: list[Use]) -> list[ByHand]:
    link = candidate.link
    what = f"{candidate.name}: {counted(len(left), 'place')} may follow it to {link.target}"
    remedy = "Change those first, then run this again; --with-uses rewrites the field all the same."
    return [ByHand(link.path, link.line, what, remedy), *_listed(candidate, left)]


def _listed(candidate: _Candidate, left: list[Use]) -> list[ByHand]:
    link, name = candidate.link, candidate.relations[0].name
    ask = f"Ask the facade of {link.target_context} for what is used of {link.target}, once for all rows."
    return [ByHand(use.path, use.line, f"follows {name}: {use.what}", ask, is_use=True) for use in left]


def _left(violation: Violation, reason: str) -> ByHand:
    link = violation.link
    model = link.source.partition(":")[2]
    suggestion = (
        _MANY if reason == "it is many to many" else f'Replace it by Reference("{link.target}") yourself.'
    )
    return ByHand(link.path, link.line, f"{model} -> {link.target}: {reason}", suggestion)
