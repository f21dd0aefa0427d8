"""Events, consumers and sagas that both the tests and the processes they start know."""

from __future__ import annotations

import os
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from boundaries import DomainError, Saga, consumer, event, step
from boundaries.facades.failure import OutcomeUnknown, ServiceUnavailable
from boundaries.messaging.envelope import Envelope


@event("ledger.noted", version=1, key="account")
@dataclass(frozen=True, slots=True)
class Noted:
    account: str
    number: int
    is_poison: bool = False


@consumer(Noted, name="orders.write_down")
def write_down(noted: Noted, envelope: Envelope) -> None:
    write_effect("orders.write_down", noted.account, noted.number)
    if noted.is_poison:
        raise ValueError("this one is poison")
    if os.environ.get("DIES_ON") == noted.account:
        os.kill(os.getpid(), 9)


class Refused(DomainError, code="tests.refused"):
    problem = "Refused: {reason}."
    reason: str


@dataclass(frozen=True, slots=True)
class TripData:
    trip: str
    seat: UUID | None = None


def command(name: str, answers: dict[str, object] | None = None):
    """A step as a facade would run it: at most one effect per key, and failures by the environment."""

    def run(data: TripData, key: str) -> dict[str, object] | None:
        mode = os.environ.get(f"STEP_{name.upper()}", "")
        if mode == "unavailable":
            raise ServiceUnavailable(context=name, reason="down")
        if mode == "refused":
            raise Refused(reason=name)
        if mode == "broken":
            raise ZeroDivisionError(name)
        write_once(key, data.trip)
        if mode == "unknown":
            raise OutcomeUnknown(context=name, operation="do", reason="cut", key=key)
        return answers

    return run


class Trip(Saga, name="orders.trip", version=1, context="orders"):
    data: TripData
    seat = step(command("seat", {"seat": "6b1d1c1e-0000-4000-8000-000000000001"}), undo=command("seat_undo"))
    room = step(command("room"), undo=command("room_undo"))
    pay = step(command("pay"), undo=command("pay_undo"), pivot=True)
    confirm = step(command("confirm"))


class HastyTrip(
    Saga, name="orders.hasty_trip", context="orders", on_unavailable="compensate", independent_undo=True
):
    data: TripData
    seat = step(command("seat"), undo=command("seat_undo"))
    pay = step(command("pay"), undo=command("pay_undo"), pivot=True)
    confirm = step(command("confirm"))


def write_effect(consumer_name: str, account: str, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_effect (consumer, account, number) VALUES (%s, %s, %s)",
            [consumer_name, account, number],
        )


def write_once(key: str, trip: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_command (key, trip) VALUES (%s, %s) ON CONFLICT DO NOTHING", [key, trip]
        )


def create_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS messaging_effect"
            " (id bigserial PRIMARY KEY, consumer text, account text, number int)"
        )
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS messaging_command"
            " (number bigserial, key text PRIMARY KEY, trip text, at timestamptz DEFAULT clock_timestamp())"
        )
