from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, make_dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from boundaries import cli
from boundaries.contexts.map import reset_map
from boundaries.facades import facade as facades
from boundaries.facades.contract import build_contract, contract_file, encode_contract
from boundaries.facades.contract_diff import compare_contracts
from boundaries.facades.domain_error import DomainError
from boundaries.facades.facade import Facade, command, query
from tests.facades.wire.parcels.public import Parcels


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class MoreColour(Enum):
    RED = "red"
    BLUE = "blue"
    GREEN = "green"


MoreColour.__name__ = "Colour"


@dataclass(frozen=True, slots=True)
class Node:
    name: str
    children: list[Node]


class Declined(DomainError, code="shop.declined"):
    reason: str


class DeclinedInDetail(DomainError, code="shop.declined"):
    reason: str
    bank: str


class DeclinedSilently(DomainError, code="shop.declined"):
    pass


class SoldOut(DomainError, code="shop.sold_out"):
    pass


class DeclinedRenamed(DomainError, code="shop.declined"):
    reason: str


Order = make_dataclass("Order", [("id", UUID), ("total", Money)])
OrderWithNote = make_dataclass("Order", [("id", UUID), ("total", Money), ("note", str)])
OrderWithoutTotal = make_dataclass("Order", [("id", UUID)])
OrderRenamed = make_dataclass("Purchase", [("id", UUID), ("total", Money)])
OrderWithNumber = make_dataclass("Order", [("id", int), ("total", Money)])
MoneyInCents = make_dataclass("Money", [("amount", int), ("currency", str)])


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    """Facades made up here must not stay among the real ones."""
    monkeypatch.setattr(facades, "_facades", dict(facades._facades))


def shop(
    *,
    arguments: dict[str, Any] | None = None,
    result: Any = int,
    raises: Sequence[type[DomainError]] = (),
    kind: str = "command",
    idempotent: bool = True,
    name: str = "buy",
    version: str = "1",
    more: Sequence[str] = (),
) -> dict[str, Any]:
    """The contract of a made-up facade; an argument is its type, or (type, default)."""
    items = {"quantity": int} if arguments is None else arguments
    spelled = ", ".join(
        f"{item}=_d_{item}" if isinstance(value, tuple) else item for item, value in items.items()
    )
    namespace: dict[str, Any] = {
        f"_d_{item}": value[1] for item, value in items.items() if isinstance(value, tuple)
    }
    exec(f"def {name}(self{', *, ' + spelled if spelled else ''}): ...", namespace)
    declaration = namespace[name]
    kinds = {item: value[0] if isinstance(value, tuple) else value for item, value in items.items()}
    declaration.__annotations__ = {**kinds, "return": result}
    decorate = query(raises=raises) if kind == "query" else command(idempotent=idempotent, raises=raises)
    body = {name: decorate(declaration)} | {other: query()(_a_query(other)) for other in more}
    made = type("Shop", (Facade,), body, context="shop", version=version)
    return json.loads(encode_contract(build_contract(made)))


def _a_query(name: str) -> Any:
    def declaration(self: Any) -> int: ...

    declaration.__name__ = name
    return declaration


BREAKING = [
    ("an operation is removed", shop, {"more": ["look"]}, {}, "look: the operation was removed"),
    ("an operation is renamed", shop, {}, {"name": "purchase"}, "buy: the operation was removed"),
    ("a query becomes a command", shop, {"kind": "query"}, {}, "buy: was a query, is a command"),
    ("a command can no longer be repeated", shop, {}, {"idempotent": False}, "no longer be repeated"),
    ("the version is raised", shop, {}, {"version": "2"}, "version: was 1, is 2"),
    ("an argument is removed", shop, {"arguments": {"a": int, "b": int}}, {"arguments": {"a": int}}, "buy arguments.b: was removed"),
    ("an argument is renamed", shop, {"arguments": {"a": int}}, {"arguments": {"b": int}}, "buy arguments.a: was removed"),
    ("a required argument is added", shop, {"arguments": {"a": int}}, {"arguments": {"a": int, "b": int}}, "buy arguments.b: was added and is required"),
    ("an argument loses its default", shop, {"arguments": {"a": (int, 1)}}, {"arguments": {"a": int}}, "buy arguments.a: has no default any more"),
    ("an argument changes its type", shop, {"arguments": {"a": int}}, {"arguments": {"a": str}}, "buy arguments.a: the type was integer, is string"),
    ("an argument changes its format", shop, {"arguments": {"a": UUID}}, {"arguments": {"a": Decimal}}, "string uuid, is string decimal"),
    ("an argument may no longer be null", shop, {"arguments": {"a": int | None}}, {"arguments": {"a": int}}, "can no longer be null"),
    ("a list becomes a single value", shop, {"arguments": {"a": list[int]}}, {"arguments": {"a": int}}, "was array, is integer"),
    ("the items of a list change", shop, {"arguments": {"a": list[int]}}, {"arguments": {"a": list[str]}}, "buy arguments.a[]: the type"),
    ("the values of a dict change", shop, {"result": dict[str, int]}, {"result": dict[str, str]}, "buy result[]: the type"),
    ("a pair becomes a triple", shop, {"result": tuple[int, str]}, {"result": tuple[int, str, str]}, "buy result: the type"),
    ("the second of a pair changes", shop, {"result": tuple[int, str]}, {"result": tuple[int, int]}, "buy result[1]: the type"),
    ("a dict becomes an object", shop, {"result": dict[str, int]}, {"result": Money}, "buy result: the type"),
    ("an argument takes fewer values", shop, {"arguments": {"a": MoreColour}}, {"arguments": {"a": Colour}}, "'green' is no longer a value"),
    ("a field deep in an argument changes", shop, {"arguments": {"a": Order}}, {"arguments": {"a": OrderWithNumber}}, "buy arguments.a.id: the type"),
    ("an object in an argument demands more", shop, {"arguments": {"a": Order}}, {"arguments": {"a": OrderWithNote}}, "buy arguments.a.note: was added and is required"),
    ("a result loses a field", shop, {"result": Order}, {"result": OrderWithoutTotal}, "buy result.total: was removed"),
    ("a result field changes its type", shop, {"result": Order}, {"result": OrderWithNumber}, "buy result.id: the type was string uuid, is integer"),
    ("a field deep in a result changes", shop, {"result": list[Money]}, {"result": list[MoneyInCents]}, "buy result[].amount: the type"),
    ("a result may now be null", shop, {"result": int}, {"result": int | None}, "buy result: can now be null"),
    ("a result has a new value", shop, {"result": Colour}, {"result": MoreColour}, "'green' is a new value"),
    ("an error is removed", shop, {"raises": [Declined]}, {}, "buy errors: shop.declined was removed"),
    ("an error loses a fact", shop, {"raises": [Declined]}, {"raises": [DeclinedSilently]}, "buy error shop.declined.reason: was removed"),
]  # fmt: skip

ADDITIVE = [
    ("an operation is added", {}, {"more": ["look"]}),
    ("a command can now be repeated", {"idempotent": False}, {}),
    (
        "an argument with a default is added",
        {"arguments": {"a": int}},
        {"arguments": {"a": int, "b": (int, 1)}},
    ),
    ("an argument gets a default", {"arguments": {"a": int}}, {"arguments": {"a": (int, 1)}}),
    ("an argument may now be null", {"arguments": {"a": int}}, {"arguments": {"a": int | None}}),
    ("an argument takes more values", {"arguments": {"a": Colour}}, {"arguments": {"a": MoreColour}}),
    ("a result gets a field", {"result": Order}, {"result": OrderWithNote}),
    ("a result can no longer be null", {"result": int | None}, {"result": int}),
    ("a result has fewer values", {"result": MoreColour}, {"result": Colour}),
    ("a value class is renamed", {"result": Order}, {"result": OrderRenamed}),
    ("an error is added", {"raises": [Declined]}, {"raises": [Declined, SoldOut]}),
    ("an error gets a fact", {"raises": [Declined]}, {"raises": [DeclinedInDetail]}),
    ("an error class is renamed", {"raises": [Declined]}, {"raises": [DeclinedRenamed]}),
]


class TestAChange:
    @pytest.mark.parametrize(
        ("make", "old", "new", "says"), [case[1:] for case in BREAKING], ids=[case[0] for case in BREAKING]
    )
    def test_breaks_the_contract_when(self, make, old, new, says):
        changes = compare_contracts(make(**old), make(**new))

        assert changes[0].is_breaking
        assert any(says in str(change) for change in changes), changes

    @pytest.mark.parametrize(
        ("old", "new"), [case[1:] for case in ADDITIVE], ids=[case[0] for case in ADDITIVE]
    )
    def test_does_not_break_it_when(self, old, new):
        changes = compare_contracts(shop(**old), shop(**new))

        assert [change for change in changes if change.is_breaking] == []

    def test_is_none_when_nothing_has_changed(self):
        everything = {
            "arguments": {"a": Order, "b": (Colour, Colour.RED)},
            "result": Node,
            "raises": [Declined],
        }

        assert compare_contracts(shop(**everything), shop(**everything)) == []

    def test_is_found_below_a_type_that_contains_itself(self):
        old, new = shop(result=Node), shop(result=Node)
        new["components"]["schemas"]["Node"]["properties"]["name"] = {"type": "integer"}

        assert [change.where for change in compare_contracts(old, new)] == ["buy result.name"]

    def test_is_the_same_verdict_as_the_codec_gives(self):
        """What the comparison calls additive, an old caller can really read."""
        old, new = msgspec.json.Decoder(Order), OrderWithNote(UUID(int=1), Money(Decimal(1), "EUR"), "new")

        assert old.decode(msgspec.json.encode(new)).id == UUID(int=1)


class TestTheDocument:
    def test_is_the_same_every_time(self):
        assert encode_contract(build_contract(Parcels)) == encode_contract(build_contract(Parcels))

    def test_refers_only_to_what_it_defines(self):
        text = encode_contract(build_contract(Parcels))
        defined = build_contract(Parcels)["components"]["schemas"]

        assert {
            part.partition('"')[0] for part in text.split('"$ref": "#/components/schemas/')[1:]
        } <= defined.keys()

    def test_lists_each_operation_with_its_refusals(self):
        find = build_contract(Parcels)["paths"]["/boundaries/v1/parcels/1/find"]["post"]

        assert find["x-boundaries-kind"] == "query"
        assert find["responses"].keys() == {"200", "422", "default"}

    def test_lies_beside_a_module(self):
        assert contract_file(Parcels) == Path(__file__).parent / "parcels" / "public.contract.json"

    def test_lies_in_a_package(self):
        from tests.sample.ledger.public import Ledger

        assert contract_file(Ledger).parts[-3:] == ("ledger", "public", "contract.json")


@pytest.fixture
def contract(settings, tmp_path, monkeypatch, capsys):
    """The verb, on a copy of the place where the contract is committed."""
    settings.BOUNDARIES = {"MAP": str(Path(__file__).parent / "boundaries.toml")}
    reset_map()
    path = tmp_path / "public.contract.json"
    monkeypatch.setattr("boundaries.facades.contract.contract_file", lambda facade: path)

    def run(*arguments: str) -> tuple[int, str]:
        code = cli.main(["contract", *arguments])
        told = capsys.readouterr()
        return code, told.out + told.err

    run.path = path
    yield run
    reset_map()


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


class TestTheVerb:
    def test_shows_what_may_be_asked(self, contract):
        code, text = contract("parcels")

        assert code == cli.DONE
        assert "query    find(kilograms, parcel_id)  or parcels.too_heavy" in text

    def test_shows_the_document_as_json(self, contract):
        _, text = contract("parcels", "--json")

        assert json.loads(text) == json.loads(encode_contract(build_contract(Parcels)))

    def test_finds_a_contract_that_was_never_written(self, contract):
        code, text = contract("parcels", "--check")

        assert code == cli.FOUND
        assert "boundaries contract parcels --write" in text

    def test_is_content_after_writing(self, contract):
        assert contract("parcels", "--write")[0] == cli.DONE

        assert contract("parcels", "--check")[0] == cli.DONE

    def test_finds_an_additive_change_that_was_not_written(self, contract):
        contract("parcels", "--write")
        edit(contract.path, '"x-boundaries-idempotent": true', '"x-boundaries-idempotent": false')

        code, text = contract("parcels", "--check", "--json")

        assert code == cli.FOUND
        assert json.loads(text)["result"] == "changed"
        assert {change["kind"] for change in json.loads(text)["changes"]} == {"additive"}

    def test_accepts_an_additive_change_against_another_file(self, contract, tmp_path):
        contract("parcels", "--write")
        released = tmp_path / "released.json"
        shutil.copy(contract.path, released)
        edit(released, '"x-boundaries-idempotent": true', '"x-boundaries-idempotent": false')

        assert contract("parcels", "--check", "--against", str(released))[0] == cli.DONE

    def test_finds_a_breaking_change(self, contract):
        contract("parcels", "--write")
        edit(contract.path, '"kilograms"', '"weight"')

        code, text = contract("parcels", "--check")

        assert code == cli.FOUND
        assert "breaking  find arguments.weight: was removed" in text

    def test_BD349_refuses_to_write_a_breaking_change(self, contract):
        contract("parcels", "--write")
        edit(contract.path, '"kilograms"', '"weight"')
        before = contract.path.read_text()

        code, text = contract("parcels", "--write")

        assert code == cli.REFUSED
        assert "BD349" in text
        assert contract.path.read_text() == before
        assert contract("parcels", "--write", "--accept-breaking")[0] == cli.DONE
        assert contract("parcels", "--check")[0] == cli.DONE

    def test_writes_a_breaking_change_under_a_new_version(self, contract):
        contract("parcels", "--write")
        edit(contract.path, '"kilograms"', '"weight"')
        edit(contract.path, '"version": "1"', '"version": "0"')

        assert contract("parcels", "--write")[0] == cli.DONE

    def test_BD350_refuses_a_context_without_a_facade(self, contract):
        code, text = contract("orders")

        assert (code, "BD350" in text) == (cli.REFUSED, True)

    def test_BD351_refuses_a_file_that_is_no_contract(self, contract):
        contract.path.write_text("[]")

        code, text = contract("parcels", "--check")

        assert (code, "BD351" in text) == (cli.REFUSED, True)
