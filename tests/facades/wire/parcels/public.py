"""The door of the parcels."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from boundaries import DomainError, Facade, command, query


@dataclass(frozen=True, slots=True)
class Parcel:
    id: UUID
    kilograms: Decimal


class TooHeavy(DomainError, code="parcels.too_heavy"):
    problem = "{kilograms} kg are too many."
    kilograms: Decimal


class Parcels(Facade, context="parcels", version="1"):
    @query(raises=[TooHeavy])
    def find(self, *, parcel_id: UUID, kilograms: Decimal = Decimal(1)) -> Parcel:
        raise NotImplementedError

    @query()
    def who_asks(self) -> str | None:
        raise NotImplementedError

    @query()
    def seconds_left(self) -> float:
        raise NotImplementedError

    @command(raises=[TooHeavy])
    def stamp(self, *, label: str) -> UUID:
        """A new number at every execution: the same one twice means that it happened once."""
        raise NotImplementedError

    @command()
    def drop(self) -> None:
        raise NotImplementedError

    @command()
    def die(self) -> None:
        raise NotImplementedError
