"""Would the writers of this suite notice a switch that is wrong? Each classic mistake is made on purpose.

The protocol's own order is the control: it must come out clean under the same traffic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from boundaries.contexts.table import TableSpec
from boundaries.strangler.flow import Both, opposite
from boundaries.strangler.postgres import apply, gate, ownership, switch
from boundaries.strangler.postgres.apply import Flow, cycle
from boundaries.strangler.postgres.connection import Endpoint, Pair
from tests.crashes.traffic import Traffic, traffic
from tests.journeys.library import Library

SPECS = [
    TableSpec("fines_fine", ("id",)),
    TableSpec("fines_payment", ("id",)),
    TableSpec("boundaries_facades_receipt", ("context", "key"), "context = 'fines'", "row"),
]
FLIPS = 20


@contextmanager
def mover(library: Library) -> Iterator[Both]:
    """The mover's view of both sides, in this process, so that its steps can be replaced."""
    pair = Pair(
        "fines",
        Endpoint("fines", "monolith", library.monolith.mover_url),
        Endpoint("fines", "service", library.service.mover_url),
    )
    with pair.monolith.session() as monolith, pair.service.session() as service:
        yield Both(pair, SPECS, monolith, service)


def flip(both: Both) -> None:
    """Hand the writes to the other side, whose writers pass without a look at the row, as they do when somebody follows."""
    owner = both.owner()
    assert owner is not None
    switch.switch(both.flow(owner), source=both.endpoint(owner), to=opposite(owner))
    gate.give_pass(both.connection(opposite(owner)), both.context)


def no_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Close without waiting for the writers under way."""

    def take_nothing(held: Flow, tell: Callable[[str], None]) -> int:
        held.source.execute(
            "CREATE TEMP TABLE IF NOT EXISTS boundaries_taken (tbl text, key text[]) ON COMMIT DELETE ROWS"
        )
        held.source.execute("BEGIN")
        return 1

    monkeypatch.setattr(switch, "_take_gate", take_nothing)


def drain_before_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apply the log, then take the gate, and believe that nothing has come in between."""

    def drain_nothing(held: Flow, *, tick: int, finish: Callable[[Any], None] | None = None) -> apply.Applied:
        with held.target.transaction():
            assert finish is not None
            finish(held.target)
        return apply.Applied()

    monkeypatch.setattr(switch, "transfer", drain_nothing)


def open_before_close(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open the other side while the first one still is."""
    close = ownership.close

    def close_late(connection: Any, context: str) -> int:
        row = ownership.read(connection, context)
        assert row is not None
        for target in targets:
            ownership.open_for(target, context, row.epoch + 1)
        connection.execute("SELECT pg_sleep(0.05)")
        return close(connection, context)

    targets: list[Any] = []
    take = switch._take_gate

    def take_gate(held: Flow, tell: Callable[[str], None]) -> int:
        targets[:] = [held.target]
        return take(held, tell)

    monkeypatch.setattr(switch, "_take_gate", take_gate)
    monkeypatch.setattr(ownership, "close", close_late)


def forget_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the log's entries of one table, and do not bring its rows over."""
    dirty = apply._dirty_tables
    monkeypatch.setattr(
        apply, "_dirty_tables", lambda flow: [one for one in dirty(flow) if one[0].name != "fines_payment"]
    )


MUTANTS = {
    no_gate: {"lost", "counted wrongly"},
    drain_before_the_gate: {"lost", "counted wrongly"},
    open_before_close: {"both open"},
    forget_a_table: {"lost"},
}


class TestOracle:
    @pytest.mark.parametrize("mutate", MUTANTS, ids=lambda mutate: mutate.__name__)
    def test_notices_a_wrong_switch(self, mutate, unfollowed: Library, monkeypatch) -> None:
        mutate(monkeypatch)

        with mover(unfollowed) as both:
            seen = flip_under_traffic(unfollowed, both)

        assert seen.findings().keys() >= MUTANTS[mutate]

    def test_finds_nothing_wrong_with_the_right_one(self, unfollowed: Library) -> None:
        with mover(unfollowed) as both:
            seen = flip_under_traffic(unfollowed, both)

        assert (seen.errors, seen.findings()) == ([], {})
        unfollowed.assert_equal()


def flip_under_traffic(library: Library, both: Both) -> Traffic:
    """Flip there and back again and again; at the end, bring over what waits."""
    with traffic(library) as seen:
        for _ in range(FLIPS):
            flip(both)
            seen.wait_for_writes_at(str(both.owner()), count=2)
    cycle(both.flow(str(both.owner())))
    return seen
