"""Which change of a contract would break somebody who was built against the old one?

One rule decides: what one side writes, the other must be able to read. Old callers write arguments that the
new service reads; the new service writes results that old callers read. So the same change of a type may be
harmless in one direction and breaking in the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from boundaries.facades.contract import IDEMPOTENT, KIND, Document
from boundaries.facades.wire import JSON

Direction = Literal["arguments", "result"]
_SILENT = frozenset({"title", "description", "default", "examples"})
_STRUCTURE = frozenset({"properties", "required", "items", "prefixItems", "enum", "additionalProperties"})


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two contracts. `where` is operation, direction and path of the field."""

    is_breaking: bool
    where: str
    what: str

    def __str__(self) -> str:
        return f"{'breaking' if self.is_breaking else 'additive'}  {self.where}: {self.what}"


def compare_contracts(old: Document, new: Document) -> list[Change]:
    """Every difference that means something, breaking ones first; wording of descriptions means nothing."""
    changes = list(_compare(old, new))
    return sorted(changes, key=lambda change: (not change.is_breaking, change.where, change.what))


def _compare(old: Document, new: Document) -> Iterator[Change]:
    if old["info"]["version"] != new["info"]["version"]:
        yield _breaking("version", f"was {old['info']['version']}, is {new['info']['version']}")
    olds, news = _operations(old), _operations(new)
    for name in olds.keys() - news.keys():
        yield _breaking(name, "the operation was removed")
    for name in news.keys() - olds.keys():
        yield _additive(name, "the operation was added")
    for name in olds.keys() & news.keys():
        yield from _compare_operation(name, olds[name], news[name], _Schemas(old, new))


def _operations(document: Document) -> dict[str, Document]:
    """Operations by name: a raised version, which is part of each path, must not hide what else changed."""
    return {path["post"]["operationId"]: path["post"] for path in document["paths"].values()}


def _compare_operation(name: str, old: Document, new: Document, schemas: _Schemas) -> Iterator[Change]:
    if old[KIND] != new[KIND]:
        yield _breaking(name, f"was a {old[KIND]}, is a {new[KIND]}")
    if old.get(IDEMPOTENT) and new.get(IDEMPOTENT) is False:
        yield _breaking(name, "can no longer be repeated under the same key")
    if old.get(IDEMPOTENT) is False and new.get(IDEMPOTENT):
        yield _additive(name, "can now be repeated under the same key")
    yield from schemas.compare(
        _schema(old["requestBody"]),
        _schema(new["requestBody"]),
        direction="arguments",
        where=f"{name} arguments",
    )
    yield from schemas.compare(
        _schema(old["responses"]["200"]),
        _schema(new["responses"]["200"]),
        direction="result",
        where=f"{name} result",
    )
    yield from _compare_errors(name, old, new, schemas)


def _compare_errors(name: str, old: Document, new: Document, schemas: _Schemas) -> Iterator[Change]:
    olds, news = schemas.errors(old, schemas.old), schemas.errors(new, schemas.new)
    for code in olds.keys() - news.keys():
        yield _breaking(f"{name} errors", f"{code} was removed")
    for code in news.keys() - olds.keys():
        yield _additive(f"{name} errors", f"{code} was added")
    for code in olds.keys() & news.keys():
        yield from schemas.compare(olds[code], news[code], direction="result", where=f"{name} error {code}")


class _Schemas:
    """Compares schemas of two documents, following references in each."""

    def __init__(self, old: Document, new: Document) -> None:
        self.old: Document = old["components"]["schemas"]
        self.new: Document = new["components"]["schemas"]
        self._under_way: set[tuple[str, str]] = set()

    def errors(self, operation: Document, components: Document) -> dict[str, Document]:
        """The schemas of an operation's domain errors, by code."""
        refused = operation["responses"].get("422")
        found = [_resolve(item, components) for item in _schema(refused)["oneOf"]] if refused else []
        return {item["properties"]["code"]["enum"][0]: item["properties"]["facts"] for item in found}

    def compare(self, old: Document, new: Document, *, direction: Direction, where: str) -> Iterator[Change]:
        """The changes of one schema and of all below it. A type that contains itself is compared once."""
        pair = (str(old.get("$ref", "")), str(new.get("$ref", "")))
        if all(pair):
            if pair in self._under_way:
                return
            self._under_way.add(pair)
        try:
            yield from self._compare_any(
                _resolve(old, self.old), _resolve(new, self.new), direction=direction, where=where
            )
        finally:
            self._under_way.discard(pair)

    def _compare_any(
        self, old: Document, new: Document, *, direction: Direction, where: str
    ) -> Iterator[Change]:
        olds = {_kind(item): item for item in _alternatives(old, self.old)}
        news = {_kind(item): item for item in _alternatives(new, self.new)}
        if len(olds) == len(news) == 1:
            yield from self._compare_one(*olds.values(), *news.values(), direction=direction, where=where)
            return
        reads_less, reads_more = olds.keys() - news.keys(), news.keys() - olds.keys()
        for kind in reads_less:
            yield Change(direction == "arguments", where, f"can no longer be {_spell(kind)}")
        for kind in reads_more:
            yield Change(direction == "result", where, f"can now be {_spell(kind)}")
        for kind in olds.keys() & news.keys():
            yield from self._compare_one(olds[kind], news[kind], direction=direction, where=where)

    def _compare_one(
        self, old: Document, new: Document, *, direction: Direction, where: str
    ) -> Iterator[Change]:
        if _facets(old) != _facets(new):
            yield _breaking(where, f"the type was {_words(old)}, is {_words(new)}")
            return
        yield from _compare_values(old.get("enum", []), new.get("enum", []), direction=direction, where=where)
        yield from self._compare_fields(old, new, direction=direction, where=where)
        for key in ("items", "additionalProperties"):
            if isinstance(old.get(key), dict) and isinstance(new.get(key), dict):
                yield from self.compare(old[key], new[key], direction=direction, where=f"{where}[]")
        pairs = zip(old.get("prefixItems", []), new.get("prefixItems", []), strict=False)
        for number, (before, after) in enumerate(pairs):
            yield from self.compare(before, after, direction=direction, where=f"{where}[{number}]")

    def _compare_fields(
        self, old: Document, new: Document, *, direction: Direction, where: str
    ) -> Iterator[Change]:
        olds, news = old.get("properties", {}), new.get("properties", {})
        required = set(new.get("required", ()))
        for name in olds.keys() - news.keys():
            yield _breaking(f"{where}.{name}", "was removed")
        for name in news.keys() - olds.keys():
            is_demanded = direction == "arguments" and name in required
            yield Change(
                is_demanded, f"{where}.{name}", "was added and is required" if is_demanded else "was added"
            )
        for name in olds.keys() & news.keys():
            if direction == "arguments" and name in required and name not in old.get("required", ()):
                yield _breaking(f"{where}.{name}", "has no default any more")
            yield from self.compare(olds[name], news[name], direction=direction, where=f"{where}.{name}")


def _compare_values(old: list[Any], new: list[Any], *, direction: Direction, where: str) -> Iterator[Change]:
    for value in (item for item in old if item not in new):
        yield Change(direction == "arguments", where, f"{value!r} is no longer a value")
    for value in (item for item in new if item not in old):
        yield Change(direction == "result", where, f"{value!r} is a new value")


def _alternatives(schema: Document, components: Document) -> list[Document]:
    if "anyOf" not in schema:
        return [schema]
    return [_resolve(item, components) for item in schema["anyOf"]]


def _resolve(schema: Document, components: Document) -> Document:
    reference = schema.get("$ref")
    found: Document = components[reference.rpartition("/")[2]] if reference else schema
    return found


def _schema(described: Mapping[str, Any]) -> Document:
    schema: Document = described["content"][JSON]["schema"]
    return schema


def _kind(schema: Document) -> tuple[str, str, str]:
    """What tells one alternative of a union from the others."""
    name = schema.get("title", "") if "properties" in schema or "enum" in schema else ""
    return str(schema.get("type", "any")), str(schema.get("format", "")), name


def _spell(kind: tuple[str, str, str]) -> str:
    return kind[2] or kind[1] or kind[0]


def _facets(schema: Document) -> dict[str, Any]:
    """Everything that restricts a value, except what is compared piece by piece."""
    facets = {key: value for key, value in schema.items() if key not in _SILENT | _STRUCTURE}
    facets["is_open"] = isinstance(schema.get("additionalProperties"), dict)
    facets["is_enum"] = "enum" in schema
    return facets


def _words(schema: Document) -> str:
    facets = {key: value for key, value in schema.items() if key not in _SILENT | _STRUCTURE}
    return " ".join(f"{value}" for _, value in sorted(facets.items(), reverse=True)) or "an enumeration"


def _breaking(where: str, what: str) -> Change:
    return Change(True, where, what)


def _additive(where: str, what: str) -> Change:
    return Change(False, where, what)
