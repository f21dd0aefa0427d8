"""Would the suite notice if a protection were missing? Each can be taken out of the mover's process by name.

The patches are made in the process from which every command of the mover is forked; the kit itself is not touched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from tests.chaos.plan import Act, Cycle, Script


@dataclass(frozen=True)
class Mutant:
    """A protection that is taken out, the promises of which one must break, and under which circumstances."""

    take_out: Callable[[], None]
    breaks: frozenset[str]
    writers: tuple[str, ...]
    fault: str = "kill"
    point: str = "switch.closed"
    goes_back: bool = True

    def cycles(self, count: int) -> list[Cycle]:
        """That many cycles in which it should show."""
        there, back = Act("switch-writes", self.point), Act("rollback", self.point, is_back=True)
        script = Script("round", "following", (there, back) if self.goes_back else (there,))
        return [Cycle(7, n, script, self.fault, self.writers, False, False) for n in range(1, count + 1)]


def apply(name: str) -> None:
    """Take the protection of that name out of this process."""
    MUTANTS[name].take_out()


def _replace(module: Any, name: str, text: str, instead: str) -> None:
    """Change one of the kit's texts; a text that is not there any more would make a mutant that is none."""
    whole = getattr(module, name)
    assert text in whole, f"{module.__name__}.{name} does not say {text!r} any more"
    setattr(module, name, whole.replace(text, instead))


def _no_compare_and_set() -> None:
    from boundaries.strangler.postgres import ownership, switch

    def open_anyhow(connection: Any, context: str, epoch: int) -> bool:
        connection.execute(
            "UPDATE boundaries_facades_ownership SET open = true, epoch = %s WHERE context = %s",
            [epoch, context],
        )
        return True

    ownership.open_for = switch.ownership.open_for = open_anyhow


def _open_before_close() -> None:
    from boundaries.strangler.postgres import ownership, switch

    targets: list[Any] = []
    close, take = ownership.close, switch._take_gate

    def close_late(connection: Any, context: str) -> int:
        row = ownership.read(connection, context)
        assert row is not None
        ownership.open_for(targets[-1], context, row.epoch + 1)
        connection.execute("SELECT pg_sleep(0.05)")
        return close(connection, context)

    def take_gate(held: Any, tell: Any) -> int:
        targets.append(held.target)
        return take(held, tell)

    switch._take_gate, ownership.close = take_gate, close_late


def _read_committed_consumer() -> None:
    from boundaries.strangler.postgres import apply as applier

    applier.IsolationLevel = SimpleNamespace(REPEATABLE_READ=None)


def _stale_ownership_read() -> None:
    from boundaries.strangler.postgres import gate

    _replace(gate, "_LOOK", " FOR SHARE;", ";")


def _lasting_pass() -> None:
    from boundaries.strangler.postgres import gate

    _replace(gate, "_REVOKE", "PERFORM setval({pass_of}, 0);", "NULL;")


def _no_gate() -> None:
    from boundaries.strangler.postgres import switch

    def take_nothing(held: Any, tell: Any) -> int:
        held.source.execute("BEGIN")
        return 1

    switch._take_gate = take_nothing


def _no_applier_skip() -> None:
    from boundaries.strangler.postgres import capture

    skip = "session_user OPERATOR(pg_catalog.=) {mover}"
    _replace(capture, "_FUNCTION", skip, f"{skip} AND false")


def _no_sequence_gap() -> None:
    from boundaries.strangler.postgres import sequence

    sequence.advance = lambda source, target, tables: {}


def _receipts_left_behind() -> None:
    from boundaries.contexts import table

    table._providers.clear()


MUTANTS = {
    "compare-and-set": Mutant(
        _no_compare_and_set,
        frozenset({"I1"}),
        ("single", "swap", "raw", "circle"),
        fault="rival",
        point="switch.confirmed",
    ),
    "step-order": Mutant(_open_before_close, frozenset({"I1"}), ("single", "swap", "raw", "circle")),
    "consumer-snapshot": Mutant(
        _read_committed_consumer, frozenset({"I4", "I2", "I5"}), ("single", "swap", "delete", "circle")
    ),
    "ownership-read": Mutant(
        _stale_ownership_read, frozenset({"I2"}), ("repeatable", "serializable", "single", "swap")
    ),
    # Once the monolith owns the writes again, what it took meanwhile is copied like any other write.
    "pass": Mutant(
        _lasting_pass, frozenset({"I2", "I5"}), ("single", "swap", "raw", "circle"), goes_back=False
    ),
    "gate": Mutant(_no_gate, frozenset({"I2", "I5"}), ("long", "swap", "savepoint", "circle")),
    "applier-skip": Mutant(_no_applier_skip, frozenset({"I11"}), ("single", "swap", "raw", "circle")),
    "sequence-gap": Mutant(_no_sequence_gap, frozenset({"I8"}), ("single", "bulk", "copy", "circle")),
    "receipts": Mutant(_receipts_left_behind, frozenset({"I2"}), ("command", "single", "swap", "raw")),
}
