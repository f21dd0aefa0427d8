"""Which Django models does the source define, with which fields, and what do the names of models mean?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.source.app import Apps
from boundaries.enforcement.source.facts import CALL, NAME, TEXT, AddedFact, ClassFact, FieldFact
from boundaries.enforcement.source.project import Project, Symbol
from boundaries.enforcement.source.setting import Settings
from boundaries.enforcement.source.tree import SourceFile

# Third-party bases are not installed, so they are judged by where they lie and what they are called.
_FOREIGN_MODEL = re.compile(r"(?:^|\.)(?:models?|db)\.(?:.*\.)?[A-Z]\w*$|\.MP_Node$|\.NS_Node$|\.AL_Node$")
_NO_MODEL = re.compile(
    r"(?:Manager|QuerySet|Query|Field|Form|Admin|Serializer|View|Set|Config|Choices|Lookup|Transform|Func|Expression"
    r"|Aggregate|Index|Constraint|Enum|Key|Error|Exception|Descriptor|Storage|Backend|Factory|Meta)$"
)
_DJANGO_FIELD = re.compile(r"^django\.(?:contrib\.gis\.)?db\.models\.")


@dataclass(frozen=True, slots=True)
class Model:
    """One model class of the project. `context` is None outside all contexts."""

    symbol: Symbol
    fact: ClassFact
    file: SourceFile
    label: str
    context: str | None

    @property
    def dotted(self) -> str:
        """`app_label.Model`."""
        return f"{self.label}.{self.symbol.last}"

    @property
    def table(self) -> str:
        """Its table's name, as Django makes it."""
        return self.fact.db_table or f"{self.label}_{self.symbol.last.lower()}"


@dataclass(frozen=True, slots=True)
class Target:
    """A model that a name or string means. `context` is None for a model of nobody or of a third party."""

    dotted: str
    context: str | None


class Models:
    """All models of a project, and who is meant by `app.Model`, a class, a setting or `"self"`."""

    def __init__(self, project: Project, apps: Apps, settings: Settings, context_map: ContextMap) -> None:
        self.project = project
        self.apps = apps
        self.settings = settings
        self._map = context_map
        self._is_model: dict[Symbol, bool] = {}
        self._by_symbol: dict[Symbol, Model] = {}
        self._by_label: dict[tuple[str, str], list[Model]] = {}
        for file, facts in project.files():
            if file.purpose != "migration":
                for fact in facts.classes:
                    self._add(file, fact)
        # Known as bases only: no context is asked to answer for them, and no name means them.
        self._of_packages = {
            Symbol(file.module, fact.qualname): self._model(file, fact)
            for file, facts in project.packages()
            for fact in facts.classes
            if self._check(Symbol(file.module, fact.qualname), fact, ())
        }

        self.unplaced: list[tuple[str, FieldFact]] = []
        self._added: dict[Symbol, list[tuple[Model, FieldFact]]] = {}
        for file, facts in project.files():
            for added in facts.added:
                self._add_field(file, added)

    def all(self) -> Iterator[Model]:
        """Every model class, abstract ones and proxies included."""
        yield from self._by_symbol.values()

    def of_symbol(self, symbol: Symbol) -> Model | None:
        """The model that a symbol names."""
        return self._by_symbol.get(symbol) or self._of_packages.get(symbol)

    def of_label(self, dotted: str) -> Model | None:
        """The model of `app_label.Model`."""
        label, _, name = dotted.rpartition(".")
        return self._choose(self._by_label.get((label.lower(), name.lower()), []))

    def bases(self, model: Model) -> list[Model]:
        """The models that a model inherits directly, in order: the project's, and those of packages that were read."""
        found = []
        for base in model.fact.bases:
            symbol = self.project.resolve(model.symbol.module, base[1:]) if base.startswith(NAME) else None
            if symbol is not None and (parent := self.of_symbol(symbol)) is not None:
                found.append(parent)
        return found

    def fields(self, model: Model) -> Iterator[tuple[Model, FieldFact]]:
        """The fields of a concrete model with the class that declares each: its own, and its abstract
        bases'.
        """
        taken: set[str] = set()
        yield from self._fields(model, taken, {model.symbol})

    def meant_by(self, expression: str, *, module: str, label: str) -> Target | None:
        """The model that an expression in `module` means; a bare name is looked up under `label` first.

        None where the source does not tell.
        """
        if expression.startswith(TEXT):
            return self.named(expression[1:], label=label)
        if expression.startswith(CALL):
            return self._meant_by_call(expression[1:], label=label)
        if expression.startswith(NAME):
            return self._meant_by_name(expression[1:], module=module, label=label)
        return None

    def _meant_by_call(self, call: str, *, label: str) -> Target | None:
        """What a loader gives: `get_user_model()`, or any call that is told the name of a model that there is."""
        callee, _, name = call.partition(TEXT)
        if callee.rpartition(".")[2] == "get_user_model":
            return self.named(self.settings.user_model(), label=label)
        return self.named(name, label=label) if name and self.of_label(name) else None

    def named(self, text: str, *, label: str) -> Target | None:
        """The model of `app_label.Model`, or of `Model` under `label`; None for no model's name."""
        app_label, dot, name = text.rpartition(".")
        if not name.isidentifier() or (dot and not app_label.isidentifier()):
            return None
        app_label = app_label or label
        found = self._by_label.get((app_label.lower(), name.lower()), [])
        if len({model.context for model in found} - {None}) > 1:
            return None  # two apps of one label: which is meant, only a running project knows
        if (model := self._choose(found)) is not None:
            return Target(model.dotted, model.context)
        dotted = f"{app_label}.{name}"
        claimed = self._map.context_of_model_label(dotted)
        if claimed is None and not dot:
            return None
        return Target(dotted, claimed or self._context_of_label(app_label))

    def tables(self) -> dict[str, Model]:
        """Every table with its model; automatic many-to-many tables are not among them."""
        return {m.table: m for m in self.all() if not m.fact.abstract and not m.fact.proxy}

    def _meant_by_name(self, dotted: str, *, module: str, label: str) -> Target | None:
        symbol = None if _is_setting(dotted) else self.project.resolve(module, dotted)
        written = symbol.qualname if symbol and not symbol.is_inside else dotted
        if _is_setting(written):
            text = self.settings.value(written.rpartition(".")[2])
            return self.named(text, label=label) if text else None
        if symbol is None:
            return None
        if not symbol.is_inside:
            return Target(symbol.qualname, None)
        model = self.of_symbol(symbol)
        return Target(model.dotted, model.context) if model else self._meant_by_constant(symbol, label)

    def _meant_by_constant(self, symbol: Symbol, label: str) -> Target | None:
        """The model behind a constant: `get_user_model()` or a string."""
        value = self.project.modules[symbol.module][1].assigns.get(symbol.qualname, "")
        if value[:1] in {TEXT, CALL}:
            return self.meant_by(value, module=symbol.module, label=label)
        return None

    def _context_of_label(self, label: str) -> str | None:
        contexts = {self._map.context_of_module(app.package) for app in self.apps.with_label(label)} - {None}
        return contexts.pop() if len(contexts) == 1 else None

    def _choose(self, found: list[Model]) -> Model | None:
        """The one that is meant where labels clash: one that a context owns, a concrete one."""
        ranked = sorted(found, key=lambda m: (m.context is None, m.fact.abstract))
        return ranked[0] if ranked else None

    def _fields(self, model: Model, taken: set[str], seen: set[Symbol]) -> Iterator[tuple[Model, FieldFact]]:
        own = {field.name: field for field in model.fact.fields}
        for field in own.values():
            if field.name not in taken:
                yield model, field
        for declaring, field in self._added.get(model.symbol, ()):
            if field.name not in taken | own.keys():
                yield declaring, field
        taken |= own.keys()
        for base in self.bases(model):
            if base.fact.abstract and base.symbol not in seen:
                seen.add(base.symbol)
                yield from self._fields(base, taken, seen)

    def _add(self, file: SourceFile, fact: ClassFact) -> None:
        if self._check(Symbol(file.module, fact.qualname), fact, ()):
            model = self._model(file, fact)
            self._by_symbol[model.symbol] = model
            self._by_label.setdefault((model.label.lower(), model.symbol.last.lower()), []).append(model)

    def _add_field(self, file: SourceFile, added: AddedFact) -> None:
        """Keep a field with its model, as declared where it is added; one of no model that is told is unplaced."""
        meant = self.meant_by(added.model, module=file.module, label=self.apps.label_of(file.module))
        model = self.of_label(meant.dotted) if meant is not None else None
        if model is None:
            self.unplaced.append((file.module, added.field))
        else:
            declaring = replace(model, symbol=Symbol(file.module, added.scope), file=file)
            self._added.setdefault(model.symbol, []).append((declaring, added.field))

    def _model(self, file: SourceFile, fact: ClassFact) -> Model:
        symbol = Symbol(file.module, fact.qualname)
        label = fact.app_label or self.apps.label_of(file.module)
        claimed = self._map.context_of_model_label(f"{label}.{symbol.last}")
        return Model(symbol, fact, file, label, claimed or self._map.context_of_module(file.module))

    def _check(self, symbol: Symbol, fact: ClassFact, trail: tuple[Symbol, ...]) -> bool:
        if symbol not in self._is_model:
            self._is_model[symbol] = any(
                self._is_model_base(symbol, base, fact, (*trail, symbol)) for base in fact.bases
            )
        return self._is_model[symbol]

    def _is_model_base(self, symbol: Symbol, base: str, fact: ClassFact, trail: tuple[Symbol, ...]) -> bool:
        if not base.startswith(NAME):
            return False
        found = self.project.resolve(symbol.module, base[1:])
        if found is None or found in trail:
            return False
        if found.is_inside:
            parent = self.project.class_fact(found)
            return parent is not None and self._check(found, parent, trail)
        return _is_foreign_model(found.qualname) or self._has_django_fields(symbol, fact)

    def _has_django_fields(self, symbol: Symbol, fact: ClassFact) -> bool:
        for field in fact.fields:
            if field.callee and field.callee[-3:] in {"eld", "Key"}:
                found = self.project.resolve(symbol.module, field.callee)
                if found is not None and not found.is_inside and _DJANGO_FIELD.match(found.qualname):
                    return True
        return False


def _is_setting(dotted: str) -> bool:
    owner, _, name = dotted.rpartition(".")
    return name.isupper() and owner.rpartition(".")[2] == "settings"


def _is_foreign_model(dotted: str) -> bool:
    if dotted.startswith("django.db.models"):
        return dotted.endswith(".Model")
    if dotted.startswith(("django.forms.", "ninja.", "pydantic.", "sqlalchemy.")):
        return False
    return bool(_FOREIGN_MODEL.search(dotted)) and not _NO_MODEL.search(dotted)
