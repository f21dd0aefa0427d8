"""What can be told, and does it come back as it was?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID, uuid4

import pytest

from boundaries import event
from boundaries.messaging.event import (
    BadEvent,
    UndecodableEvent,
    UnknownEvent,
    decode,
    encode,
    type_of,
    upcast,
)
from boundaries.messaging.identity import new_event_id


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Paid:
    booking: UUID
    amount: Money
    at: datetime
    colours: list[Colour]
    note: str | None = None


class TestCodec:
    def test_every_standard_type_survives_the_round_trip(self):
        event("shop.paid", key="booking")(Paid)
        paid = Paid(uuid4(), Money(Decimal("12.50"), "EUR"), datetime.now(tz=UTC), [Colour.RED])

        stored = encode(paid)

        assert isinstance(stored["amount"]["amount"], str)
        assert decode("shop.paid", 1, stored) == paid

    def test_fields_that_this_process_does_not_know_are_ignored(self):
        event("shop.paid", key="booking")(Paid)
        stored = encode(Paid(uuid4(), Money(Decimal(1), "EUR"), datetime.now(tz=UTC), []))

        assert decode("shop.paid", 1, {**stored, "new_field": 1}).note is None

    def test_an_old_version_is_lifted_step_by_step(self):
        event("shop.paid", version=3, key="booking")(Paid)
        upcast("shop.paid", 1, 2)(
            lambda data: {**data, "amount": {"amount": data["amount"], "currency": "EUR"}}
        )
        upcast("shop.paid", 2, 3)(lambda data: {**data, "colours": []})
        old = {"booking": str(uuid4()), "amount": "3.10", "at": "2026-01-01T00:00:00Z"}

        assert decode("shop.paid", 1, old).amount == Money(Decimal("3.10"), "EUR")
        assert "colours" not in old

    def test_BD404_names_the_version_that_no_upcaster_leaves(self):
        event("shop.paid", version=2, key="booking")(Paid)

        with pytest.raises(UndecodableEvent, match=r"shop\.paid version 1 cannot be read as version 2"):
            decode("shop.paid", 1, {})

    def test_BD404_names_the_path_of_what_does_not_fit(self):
        event("shop.paid", key="booking")(Paid)

        with pytest.raises(UndecodableEvent, match=r"\$\.amount"):
            decode(
                "shop.paid",
                1,
                {"booking": str(uuid4()), "amount": 3, "at": "2026-01-01T00:00:00Z", "colours": []},
            )

    def test_BD403_says_what_was_never_declared(self):
        with pytest.raises(UnknownEvent, match=r"'shop\.paid'"):
            decode("shop.paid", 1, {})
        with pytest.raises(UnknownEvent, match="Money"):
            type_of(Money(Decimal(1), "EUR"))


class TestDeclaration:
    @pytest.mark.parametrize("name", ["paid", "Shop.paid", "shop.", "shop.Paid", "shop paid.x"])
    def test_BD402_refuses_a_name_that_is_not_context_and_happening(self, name):
        with pytest.raises(BadEvent, match="must read"):
            event(name, key="booking")(Paid)

    def test_BD402_refuses_a_class_that_can_change(self):
        @dataclass
        class Loose:
            booking: UUID

        with pytest.raises(BadEvent, match="frozen"):
            event("shop.loose", key="booking")(Loose)

    def test_BD402_refuses_a_key_that_is_no_field(self):
        with pytest.raises(BadEvent, match="'trip' is not one of its fields"):
            event("shop.paid", key="trip")(Paid)

    def test_BD402_refuses_a_second_class_under_the_same_name(self):
        event("shop.paid", key="booking")(Paid)

        with pytest.raises(BadEvent, match="taken by"):
            event("shop.paid", key="amount")(Money)

    def test_the_same_class_may_be_declared_again_by_a_reload(self):
        event("shop.paid", key="booking")(Paid)
        event("shop.paid", key="booking")(Paid)

        assert type_of(Paid(uuid4(), Money(Decimal(1), "EUR"), datetime.now(tz=UTC), [])).context == "shop"

    def test_BD402_refuses_an_upcaster_that_leads_back(self):
        with pytest.raises(BadEvent, match="later version"):
            upcast("shop.paid", 2, 1)(lambda data: data)


class TestIdentity:
    def test_names_made_one_after_another_sort_that_way(self):
        names = [new_event_id() for _number in range(10_000)]

        assert names == sorted(set(names))
        assert {name.version for name in names} == {7}
        assert {name.variant for name in names} == {uuid4().variant}
