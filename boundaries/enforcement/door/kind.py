"""Which Python type does a column's value have, and what must be imported for it?"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from boundaries.enforcement.kinds.link import Analysis
from boundaries.enforcement.source.facts import FieldFact
from boundaries.enforcement.source.model import Model
from boundaries.enforcement.source.parse import parse

_BY_FIELD = {
    "AutoField": "int", "BigAutoField": "int", "SmallAutoField": "int", "IntegerField": "int", "BigIntegerField": "int",
    "SmallIntegerField": "int", "PositiveIntegerField": "int", "PositiveBigIntegerField": "int",
    "PositiveSmallIntegerField": "int", "CharField": "str", "TextField": "str", "SlugField": "str", "EmailField": "str",
    "URLField": "str", "FileField": "str", "ImageField": "str", "FilePathField": "str",
    "GenericIPAddressField": "str", "BooleanField": "bool", "FloatField": "float", "BinaryField": "bytes",
    "UUIDField": "UUID", "DecimalField": "Decimal", "DateTimeField": "datetime", "DateField": "date",
    "TimeField": "time", "DurationField": "timedelta",
}  # fmt: skip
IMPORTS = {
    "UUID": "uuid", "Decimal": "decimal", "datetime": "datetime", "date": "datetime", "time": "datetime",
    "timedelta": "datetime", "Any": "typing", "Sequence": "collections.abc",
}  # fmt: skip
UNKNOWN = "Any"


@dataclass(frozen=True)
class Columns:
    """The columns of one model: each attribute that holds a value, with its type, `| None` where it may be empty."""

    types: dict[str, str]
    relations: dict[str, str]

    def attribute(self, name: str) -> str:
        """The attribute that holds the value: `loan_id` for a relation `loan`."""
        return self.relations.get(name, name)

    def type_of(self, name: str) -> str:
        """The type to ask for an attribute or a relation by; `Any` where the source does not tell."""
        return self.types.get(self.attribute(name), UNKNOWN).removesuffix(" | None")


def columns_of(analysis: Analysis, model: Model) -> Columns:
    """What the source says of a model's columns, those of its abstract bases included."""
    types = {"id": _key_type(analysis, model)}
    relations: dict[str, str] = {}
    for holder, field in analysis.models.fields(model):
        empty = " | None" if _may_be_empty(holder, field) else ""
        kind = field.callee.rpartition(".")[2]
        if is_key(analysis, holder, field):
            relations[field.name] = f"{field.name}_id"
            types[f"{field.name}_id"] = _key_type(analysis, target_of(analysis, holder, field)) + empty
        elif kind in _BY_FIELD or (kind.endswith("Field") and not kind.startswith("ManyToMany")):
            types[field.name] = _BY_FIELD.get(kind, UNKNOWN) + empty
    return Columns(types, relations)


def is_key(analysis: Analysis, holder: Model, field: FieldFact) -> bool:
    """Whether a field is a foreign key or a one-to-one relation."""
    is_many = field.callee.rpartition(".")[2].startswith("ManyToMany")
    return not is_many and analysis.relations.fields.is_relation(holder.symbol.module, field.callee)


def target_of(analysis: Analysis, holder: Model, field: FieldFact) -> Model | None:
    """The model that a relation's field points at, where the project defines it."""
    expression, module = analysis.relations.fields.target(holder.symbol.module, field)
    target = analysis.models.meant_by(expression, module=module, label=holder.label)
    return analysis.models.of_label(target.dotted) if target else None


def _key_type(analysis: Analysis, model: Model | None) -> str:
    """That of a field called `id`; Django's own key otherwise."""
    for _, field in analysis.models.fields(model) if model else ():
        if field.name == "id":
            return _BY_FIELD.get(field.callee.rpartition(".")[2], UNKNOWN)
    return "int"


def _may_be_empty(holder: Model, field: FieldFact) -> bool:
    """Whether a field says `null=True`; facts do not keep that, so its line is read."""
    call = _calls(holder.file.path).get(field.line)
    null = next((keyword.value for keyword in call.keywords if keyword.arg == "null"), None) if call else None
    return isinstance(null, ast.Constant) and null.value is True


@cache
def _calls(path: str) -> dict[int, ast.Call]:
    """What is assigned in a file, by line, where it is a call."""
    body, _ = parse(Path(path).read_bytes())
    nodes = (node for statement in body for node in ast.walk(statement))
    return {
        node.lineno: node.value
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
    }
