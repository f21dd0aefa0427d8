"""Does the audit find what was lost, doubled or made up, and nothing else?

The tables are the shop's own, made by its migrations; the card processor is a real one.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from boundaries.strangler.rehearsal.measurement import Audit
from monolith.traffic.audit.run import run_audit

from .world import World

ROOT = Path(__file__).resolve().parents[2]


Day = dict[str, tuple[str, str]]


def audit(world: World, *, settle: float = 0) -> dict[str, Any]:
    return run_audit(
        journal=world.journal,
        processor=world.processor.url,
        bookings_url=world.url,
        payments_url=world.url,
        settle_seconds=settle,
    )


def command(world: World, *more: str) -> subprocess.CompletedProcess[str]:
    arguments = ["--journal", str(world.journal), "--processor", world.processor.url, "--settle", "0", *more]
    databases = ["--bookings-database", world.url, "--payments-database", world.url]
    whole = [sys.executable, "-m", "monolith.traffic.audit", *arguments, *databases]
    return subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)


class TestAQuietDay:
    def test_leaves_nothing_to_say(self, world: World) -> None:
        world.a_quiet_day()
        verdict = audit(world)

        assert verdict["discrepancies"] == []
        assert verdict["writes"] == {"acknowledged": 9, "lost": 0, "duplicated": 0, "unknown": 0}
        euros = verdict["money"]["by_currency"]["EUR"]
        assert {book: sums["captured"] for book, sums in euros.items()} == dict.fromkeys(euros, "240.00")
        assert {book: sums["refunded"] for book, sums in euros.items()} == dict.fromkeys(euros, "42.00")

    def test_is_told_in_the_form_that_the_kit_reads(self, world: World) -> None:
        world.a_quiet_day()

        assert Audit.from_json(audit(world)) == Audit(
            acknowledged=9, lost=0, duplicated=0, is_money_conserved=True
        )


def sql(statement: str, fate: str, which: int) -> Callable[[World, Day], None]:
    """A change of the row that belongs to the booking (0) or payment (1) of one fate."""
    return lambda world, day: world.db.execute(statement, [day[fate][which]]) and None


def again(act: str, *arguments: str) -> Callable[[World, Day], None]:
    """An act of the shop that nobody asked for."""
    fate = {"refund": "refunded", "pay": "reserved", "cancel": "reserved"}[act]
    return lambda world, day: getattr(world, act)(*day[fate], *arguments, tell=False)


LOST = {
    "a booking": (2, sql("DELETE FROM bookings_booking WHERE id = %s", "paid", 0)),
    "a payment": (4, sql("DELETE FROM payments_payment WHERE id = %s", "refunded", 1)),
    "a capture": (1, sql("DELETE FROM payments_ledgerentry WHERE payment_id = %s", "paid", 1)),
    "a refund": (1, sql("DELETE FROM payments_refund WHERE payment_id = %s AND amount = 12", "refunded", 1)),
    "a cancellation": (
        1,
        sql("UPDATE bookings_booking SET state = 'reserved' WHERE id = %s", "cancelled", 0),
    ),
    "a price": (1, sql("UPDATE payments_payment SET amount = 119 WHERE id = %s", "reserved", 1)),
}

DUPLICATED = {
    "a refund": again("refund", "12.00"),
    "a booking": lambda world, day: world.book(tell=False) and None,
    "a payment": sql(
        "INSERT INTO payments_payment SELECT gen_random_uuid(), booking_id, traveller_id, state, amount, refunded,"
        " currency, card_ending, 'seed-x', authorised_at, captured_at, closed_at FROM payments_payment WHERE id = %s",
        "paid",
        1,
    ),
    "a ledger entry": sql(
        "INSERT INTO payments_ledgerentry (payment_id, movement, kind, account, amount, currency, recorded_at)"
        " SELECT payment_id, movement, kind, account, amount, currency, recorded_at FROM payments_ledgerentry"
        " WHERE payment_id = %s",
        "paid",
        1,
    ),
    "a key": lambda world, day: world.told(
        "pay",
        day["paid"][0],
        json.loads(world.journal.read_text().splitlines()[5])["key"],
        {"booking": day["paid"][0]},
    ),
    "a hold": lambda world, day: world.processor.authorise("authorise-again") and None,
}

OTHERS = {
    "a refund that only the processor knows": (
        "money",
        lambda world, day: world.at_processor(day["paid"][1], "refunds", amount="1") and None,
    ),
    "a payment that the processor does not know": (
        "money",
        sql("UPDATE payments_payment SET processor_id = 'auth-none' WHERE id = %s", "reserved", 1),
    ),
    "a ledger out of balance": (
        "money",
        sql("UPDATE payments_ledgerentry SET amount = amount + 0.01 WHERE payment_id = %s", "seeded", 1),
    ),
    "a cancelled booking whose money is held": (
        "disagreeing",
        sql("UPDATE payments_payment SET state = 'authorised' WHERE id = %s", "cancelled", 1),
    ),
    "a seeded payment that is gone": (
        "disagreeing",
        sql("DELETE FROM payments_payment WHERE id = %s", "seeded", 1),
    ),
    "a seeded booking that is gone": (
        "disagreeing",
        sql("DELETE FROM bookings_booking WHERE id = %s", "seeded", 0),
    ),
    "a booking that never came to an end": (
        "disagreeing",
        sql("UPDATE bookings_booking SET state = 'pending' WHERE id = %s", "seeded", 0),
    ),
    "a capture nobody asked for": ("unasked", again("pay")),
    "a cancellation nobody asked for": ("unasked", again("cancel")),
    "a seat too many on sale": (
        "stock",
        lambda world, day: world.db.execute("UPDATE flights_flight SET seats_left = seats_left + 1") and None,
    ),
    "a room too few on sale": (
        "stock",
        lambda world, day: (
            world.db.execute("UPDATE hotels_roomnight SET rooms_left = rooms_left - 1") and None
        ),
    ),
    "a seat kept for nobody": (
        "stock",
        sql("UPDATE bookings_booking SET state = 'failed' WHERE id = %s", "reserved", 0),
    ),
    "a booking without its seat": (
        "stock",
        sql("UPDATE flights_seatreservation SET is_released = true WHERE booking_id = %s", "paid", 0),
    ),
}


class TestTheAudit:
    @pytest.mark.parametrize(("count", "spoil"), LOST.values(), ids=LOST)
    def test_finds_what_was_lost(self, world: World, count: int, spoil: Callable[[World, Day], None]) -> None:
        spoil(world, world.a_quiet_day())
        verdict = audit(world)

        assert verdict["writes"]["lost"] == count
        assert any(sentence.startswith("lost: ") for sentence in verdict["discrepancies"])

    @pytest.mark.parametrize("spoil", DUPLICATED.values(), ids=DUPLICATED)
    def test_finds_what_happened_twice(self, world: World, spoil: Callable[[World, Day], None]) -> None:
        spoil(world, world.a_quiet_day())
        verdict = audit(world)

        assert verdict["writes"]["duplicated"] >= 1
        assert any(sentence.startswith("duplicated: ") for sentence in verdict["discrepancies"])

    @pytest.mark.parametrize(("kind", "spoil"), OTHERS.values(), ids=OTHERS)
    def test_finds_what_disagrees(self, world: World, kind: str, spoil: Callable[[World, Day], None]) -> None:
        spoil(world, world.a_quiet_day())
        verdict = audit(world)

        assert verdict["counts"][kind] >= 1
        assert verdict["money"]["conserved"] is (not verdict["counts"].get("money"))

    def test_says_no_more_than_fifty_things_and_counts_all(self, world: World) -> None:
        for number in range(60):
            told = {"booking": f"b{number}", "payment": "p", "amount": "1", "currency": "EUR"}
            world.told("book", None, f"key-{number}", told)
        verdict = audit(world)

        assert len(verdict["discrepancies"]) == 50
        assert verdict["counts"]["lost"] == verdict["writes"]["lost"] == 60


class TestTheCommand:
    def test_ends_with_0_when_all_agrees(self, world: World) -> None:
        world.a_quiet_day()
        done = command(world)

        assert (done.returncode, done.stderr) == (0, "")
        assert "Of 9 acknowledged writes, 0 are lost." in done.stdout

    def test_ends_with_1_and_says_in_json_what_does_not(self, world: World) -> None:
        world.book()
        world.db.execute("DELETE FROM bookings_booking")
        done = command(world, "--json")

        assert (done.returncode, json.loads(done.stdout)["writes"]["lost"]) == (1, 1)

    def test_ends_with_2_when_it_cannot_be_made(self, world: World) -> None:
        world.processor.url = "http://127.0.0.1:1"
        done = command(world)

        assert done.returncode == 2
        assert "could not be made" in done.stderr


class TestAWriteWithAnUnknownOutcome:
    def test_may_have_happened(self, world: World) -> None:
        day = world.a_quiet_day()
        world.told("pay", day["reserved"][0], "key-1", None)
        world.pay(*day["reserved"], tell=False)
        world.told("book", None, "key-2", None)
        world.book(tell=False)
        verdict = audit(world)

        assert verdict["discrepancies"] == []
        assert verdict["writes"]["unknown"] == 2

    def test_may_not_have_happened(self, world: World) -> None:
        day = world.a_quiet_day()
        world.told("pay", day["reserved"][0], "key-1", None)
        world.told("book", None, "key-2", None)

        assert audit(world)["discrepancies"] == []

    def test_must_not_have_happened_by_half(self, world: World) -> None:
        day = world.a_quiet_day()
        world.told("pay", day["reserved"][0], "key-1", None)
        world.at_processor(day["reserved"][1], "capture", amount="120.00")

        assert audit(world)["counts"]["money"] >= 1


class TestSettling:
    def test_waits_for_what_is_under_way(self, world: World) -> None:
        day = world.a_quiet_day()
        world.db.execute(
            "UPDATE flights_seatreservation SET is_released = true WHERE booking_id = %s", [day["paid"][0]]
        )

        def settle() -> None:
            time.sleep(0.7)
            world.db.execute(
                "UPDATE flights_seatreservation SET is_released = false WHERE booking_id = %s",
                [day["paid"][0]],
            )

        under_way = threading.Thread(target=settle)
        under_way.start()
        verdict = audit(world, settle=10)
        under_way.join()

        assert verdict["discrepancies"] == []
