"""What in the code, the models and the map blocks an extraction?

One generator per code; each case is what, where, and the remedy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from boundaries.strangler.planning.facts import Crossing, Facts, Place, Relation

Found = Iterator[tuple[str, Place, str]]

BLOCKING_KINDS = frozenset({"lookup", "reverse", "get_model", "signal", "task", "sql", "transaction"})
_NO_PLACE = Place()


def doors(facts: Facts) -> Found:
    """The door is missing or does not open."""
    declared, table = facts.declaration, f"[tool.boundaries.contexts.{facts.context}]"
    if not declared.facade:
        yield (
            "the map names no facade: nobody could call the service",
            _NO_PLACE,
            f'Add `facade = "module:Class"` to {table}; `boundaries facade {facts.context} --propose --write` writes a first one.',
        )
    if not declared.implementation:
        yield (
            "the map names no implementation of the facade",
            _NO_PLACE,
            f'Write a class with the facade\'s methods and add `implementation = "module:Class"` to {table}.',
        )
    for problem in declared.problems:
        yield problem, _NO_PLACE, f"Correct the key in {table}; `manage.py check` shows the same."


def services(facts: Facts) -> Found:
    """The map does not say where the service will live."""
    declared, table = facts.declaration, f"[tool.boundaries.contexts.{facts.context}.service]"
    if not declared.has_service:
        yield "the map has no service for it", _NO_PLACE, f"Add {table} with path, url and database."
        return
    for key, value in (("url", declared.service_url), ("database", declared.service_database)):
        if value is None:
            yield (
                f"the map gives no {key} for its service",
                _NO_PLACE,
                f'Add `{key} = "env:NAME"` to {table}.',
            )


def shared_apps(facts: Facts) -> Found:
    """Models whose code lies in an app of others."""
    for label in facts.declaration.claims_models:
        yield (
            f"{label} is claimed by name: its code lies in an app of several contexts and cannot move whole",
            _NO_PLACE,
            "Move the model into an app of this context first (same table, state-only migration).",
        )
    for model in facts.models:
        if model.app_context != facts.context and model.label not in facts.declaration.claims_models:
            yield (
                f"{model.label} is registered in an app of {_name(model.app_context)}",
                model.place,
                "Give the context an app of its own (AppConfig with the old label) that holds its models.",
            )


def relations(facts: Facts) -> Found:
    """Foreign keys and many-to-many tables in either direction."""
    for relation in _of_kind(facts, "relation"):
        tie = "is many-to-many with" if relation.field == "ManyToManyField" else f"has a {_noun(relation)} to"
        deletion = f" ({relation.on_delete})" if relation.on_delete else ""
        yield (
            f"{relation.source} {tie} {relation.target} of {_name(relation.target_context)}{deletion}",
            relation.place,
            _remedy_of_relation(facts, relation),
        )


def _noun(relation: Relation) -> str:
    return "one-to-one key" if relation.field == "OneToOneField" else "foreign key"


def _remedy_of_relation(facts: Facts, relation: Relation) -> str:
    if relation.source_context == facts.context:
        asked = f"the facade of {relation.target_context}" if relation.target_context else "its owner"
    else:
        asked = f"the facade of {facts.context}"
    if relation.field == "ManyToManyField":
        if relation.through:
            return f"{relation.through} is a model already: make its key a Reference, and ask {asked} for the rest."
        return (
            "Declare the table between them as a model (same table, state only), "
            f"with a Reference({relation.target!r}) in it."
        )
    if relation.target == facts.user_model and relation.source_context == facts.context:
        return (
            f"Make it a Reference({relation.target!r}) of the same name and column: users stay. Who asks is in the "
            "signed principal of a call; take names from a query of their facade, or from a copy that events feed."
        )
    if relation.target == "auth.Permission":
        return "Store its natural key (app label, model and codename) instead of the id: ids differ between databases."
    key = f", which holds its {relation.to_field}" if relation.to_field else ""
    return f"Make it a Reference({relation.target!r}) of the same name and column{key}; ask {asked} for more."


def proxies(facts: Facts) -> Found:
    """Classes that show a table of others as if it were theirs."""
    for relation in _of_kind(facts, "proxy"):
        yield (
            f"{relation.source} is a proxy of {relation.target} of {_name(relation.target_context)}: it has no table of its own",
            relation.place,
            f"Let {_name(relation.target_context)} own the class, or write what it adds as functions over the facade.",
        )


def users(facts: Facts) -> Found:
    """The one model that Django's own apps point at."""
    for model in facts.models:
        if model.label == facts.user_model:
            yield (
                f"{model.label} is the user model: sign-in, permissions and the admin's log of every app point at its rows",
                model.place,
                "Let users stay: give the model a context of its own, and take out the rest (see the guide to `plan`).",
            )


def inheritance(facts: Facts) -> Found:
    """Tables that are inherited across contexts."""
    for relation in _of_kind(facts, "inheritance"):
        yield (
            f"{relation.source} inherits the table of {relation.target} of {_name(relation.target_context)}",
            relation.place,
            "Give the child a table of its own: copy the parent's columns, then make the base abstract.",
        )


def generic_relations(facts: Facts) -> Found:
    """Rows known by content type."""
    for relation in facts.relations:
        if relation.kind == "generic":
            yield (
                f"{relation.source} is tied by a generic relation ({relation.target})",
                relation.place,
                "Replace it with one Reference per kind of target; ids of content types differ by database.",
            )
        elif relation.kind == "content type":
            yield (
                f"{relation.source} is a foreign key to content types, whose ids differ between databases",
                relation.place,
                "Store the natural key (app label and model) instead of the id.",
            )
    known = {relation.place for relation in facts.relations}
    for crossing in facts.crossings:
        if crossing.kind == "generic" and crossing.place not in known:
            yield (
                f"{_where(crossing)} of {crossing.source_context} asks for the content type of {crossing.target}",
                crossing.place,
                "Store the natural key (app label and model), or a Reference to that kind of row.",
            )


def imports_of_internals(facts: Facts) -> Found:
    """Code elsewhere that imports what is not public here."""
    for crossing in facts.crossings:
        is_incoming = crossing.target_context == facts.context
        if crossing.kind == "import" and is_incoming and not crossing.through_door:
            yield (
                f"{_where(crossing)} of {crossing.source_context} imports {crossing.target}, which leaves",
                crossing.place,
                f"Import from the public package of {facts.context}; add to its facade what is missing.",
            )


def imports_of_others(facts: Facts) -> Found:
    """Imports of this context that its service could not satisfy; one for each statement and reason."""
    statements: dict[tuple[Place, str, str], list[str]] = {}
    for refusal in facts.code.refusals:
        statements.setdefault((refusal.place, refusal.reason, refusal.remedy), []).append(refusal.module)
    for (place, reason, remedy), names in statements.items():
        yield f"{_joined(names)}: {reason}", place, remedy


def _joined(names: list[str]) -> str:
    """`a.b.C, D` for names of one module."""
    first, *others = names
    package = first.rpartition(".")[0]
    return ", ".join([first, *(name.removeprefix(f"{package}.") for name in others)])


def reached_by_name(facts: Facts) -> Found:
    """Code that reaches over without an import."""
    for crossing in facts.crossings:
        if crossing.kind in BLOCKING_KINDS and crossing.breaks_rule and not crossing.is_in_migration:
            yield (
                f"{_side(crossing)} by {' '.join(filter(None, (crossing.kind, crossing.detail)))}: {crossing.target}",
                crossing.place,
                _remedy_by_kind(crossing),
            )


def _side(crossing: Crossing) -> str:
    return f"{_where(crossing)} of {crossing.source_context} reaches into {crossing.target_context}"


def _where(crossing: Crossing) -> str:
    """`module:function`; a place at module level is the module's."""
    return crossing.source.removesuffix(":<module>")


def _remedy_by_kind(crossing: Crossing) -> str:
    if crossing.kind == "signal":
        return f"Let {crossing.target_context} publish an event, and consume it."
    if crossing.kind == "task":
        return f"Let {crossing.target_context} consume an event, or offer a command that starts the task."
    if crossing.kind == "transaction":
        return "Let each context commit for itself: a saga or an event instead of one transaction."
    return f"Ask a query of the facade of {crossing.target_context} instead."


def _of_kind(facts: Facts, kind: str) -> Iterable[Relation]:
    return (relation for relation in facts.relations if relation.kind == kind)


def _name(context: str | None) -> str:
    return context or "no context of the map"
