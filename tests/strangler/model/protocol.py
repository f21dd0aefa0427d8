"""The switch of the writes, as small as it can be and still go wrong.

One row, seen as the set of the writes that it has; two sides; two writers, each with one write, of which one may have a
snapshot from before the switch (REPEATABLE READ); a coordinator that switches there and back, may be killed anywhere, may
be cut off at the gate by the server, and may stand still after the close and wake up when others have gone on. Its steps
have the names of the fault points in `boundaries/strangler/postgres/switch.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

SWITCHES = 2
MOST_LOGGED = 2

MUTANTS = {
    "no_compare_and_set": "the target is opened without looking at epoch and mark",
    "no_gate": "writers do not ask for the gate",
    "deleted_first": "log entries are deleted before their effect is on the target",
    "drained_first": "the drain comes before the gate",
    "opened_first": "the target is opened before the source is closed",
    "old_snapshot": "a writer with an older snapshot reads the ownership row as it was",
    "pass_kept": "the pass of a side is not taken back when it is closed",
    "pass_unlocked": "a pass is given after a look at the ownership row that does not lock it",
}


class Side(NamedTuple):
    """One database: its ownership row, its copy of the row, its log, who holds the gate, and whether writers have a pass."""

    open: bool
    epoch: int
    drained: int
    row: frozenset[int]
    logged: int
    shared: int
    is_gated: bool
    has_pass: bool = False


class Writer(NamedTuple):
    """`at`: "looks" for a side, is "inside" its gate, or "done"; `saw` is what an old snapshot says of the side."""

    at: str
    side: int
    has_snapshot: bool
    saw: tuple[bool, bool]


class Coordinator(NamedTuple):
    """`at` is the step that was done last; `source` its open side; `row` and `taken` what it has read and not yet written."""

    at: str
    source: int
    row: frozenset[int]
    taken: int


class World(NamedTuple):
    """Everything. `late` is the epoch and target of a coordinator that stands still before it opens; `giver` the side
    that somebody saw open who is about to give it a pass.
    """

    sides: tuple[Side, Side]
    writers: tuple[Writer, ...]
    coordinator: Coordinator
    acknowledged: frozenset[int]
    switches: int
    troubles: int
    late: tuple[int, int] | None
    giver: int | None = None


Steps = Iterator[tuple[str, World]]
NOTHING: frozenset[int] = frozenset()
IDLE = Coordinator("idle", 0, NOTHING, 0)


def begin(*, troubles: int) -> World:
    """The monolith is open; `troubles` is how many kills, cut-offs and stand-stills there may be."""
    return World(
        sides=(Side(True, 1, 0, NOTHING, 0, 0, False), Side(False, 1, 0, NOTHING, 0, 0, False)),
        writers=(Writer("looks", 0, False, (True, False)), Writer("looks", 0, True, (True, False))),
        coordinator=IDLE, acknowledged=NOTHING, switches=0, troubles=troubles, late=None,
    )  # fmt: skip


RULES = {
    "at most one side is open": lambda world: not (world.sides[0].open and world.sides[1].open),
    "an open side has every acknowledged write": lambda world: all(
        world.acknowledged <= side.row for side in world.sides if side.open
    ),
}


def is_over(world: World) -> bool:
    """Both switches are done, a side is open, and nobody waits."""
    return (
        world.switches >= SWITCHES
        and any(side.open for side in world.sides)
        and all(writer.at == "done" for writer in world.writers)
    )


class Protocol:
    """What may happen next, with or without one of the protections."""

    def __init__(self, mutant: str = "") -> None:
        assert not mutant or mutant in MUTANTS
        self.mutant = mutant

    def moves(self, world: World) -> Steps:
        """Every step that somebody can take now, and what it leads to."""
        for number, writer in enumerate(world.writers):
            yield from self._write(world, number, writer)
        yield from self._coordinate(world)
        if world.troubles:
            yield from self._trouble(world)
        if world.late:
            target, epoch = world.late
            yield "late.opened", self._opened(world, target, epoch)._replace(late=None)
        yield from self._give_pass(world)

    # A writer.

    def _write(self, world: World, number: int, writer: Writer) -> Steps:
        side = world.sides[writer.side]
        if writer.at == "looks":
            if writer.has_snapshot and writer.saw == (True, False) and not world.sides[0].open:
                # Its transaction is given up (40001) or it begins a new one: now it sees what is.
                yield "writer.new_snapshot", _with_writer(world, number, writer._replace(has_snapshot=False))
            if self.mutant == "no_gate":
                yield "writer.in", _with_writer(world, number, writer._replace(at="inside"))
            elif not side.is_gated:
                entered = _with_side(world, writer.side, side._replace(shared=side.shared + 1))
                yield "writer.in", _with_writer(entered, number, writer._replace(at="inside"))
        elif writer.at == "inside":
            left = side if self.mutant == "no_gate" else side._replace(shared=side.shared - 1)
            if self._may_write(writer, side):
                written = left._replace(row=side.row | {number}, logged=min(MOST_LOGGED, side.logged + 1))
                done = _with_side(world, writer.side, written)._replace(
                    acknowledged=world.acknowledged | {number}
                )
                yield "writer.committed", _with_writer(done, number, writer._replace(at="done"))
            else:
                elsewhere = writer._replace(at="looks", side=1 - writer.side)
                yield "writer.refused", _with_writer(_with_side(world, writer.side, left), number, elsewhere)

    def _may_write(self, writer: Writer, side: Side) -> bool:
        if writer.has_snapshot and self.mutant == "old_snapshot":
            return writer.saw[writer.side]
        return side.open or (side.has_pass and not writer.has_snapshot)

    def _give_pass(self, world: World) -> Steps:
        """The follower, at any time: who holds the gate and has a pass does not look at the ownership row."""
        for number, side in enumerate(world.sides):
            if not side.open or side.has_pass:
                continue
            if self.mutant == "pass_unlocked":
                yield "pass.looked", world._replace(giver=number)
            else:
                yield "pass.given", _with_side(world, number, side._replace(has_pass=True))
        if world.giver is not None:
            given = world.sides[world.giver]._replace(has_pass=True)
            yield "pass.given", _with_side(world, world.giver, given)._replace(giver=None)

    # The coordinator.

    def _coordinate(self, world: World) -> Steps:
        does = world.coordinator
        after = {
            "idle": self._begin, "read": self._catch_up, "applied": self._delete, "deleted": self._apply,
            "caught_up": self._ask, "before_gate": self._take, "gate_held": self._drain, "drained": self._close,
            "closed": self._open,
        }  # fmt: skip
        return after[does.at](world, does, world.sides[does.source], world.sides[1 - does.source])

    def _begin(self, world: World, *_: object) -> Steps:
        """From the ownership rows alone: finish a switch that was cut off, or begin the next one."""
        left, right = world.sides
        if not (left.open or right.open):
            closed = 0 if left.epoch > right.epoch else 1
            opened = self._opened(world, 1 - closed, world.sides[closed].epoch)
            yield "finished", opened._replace(switches=world.switches + 1)
            return
        if world.switches >= SWITCHES:
            return
        number = 0 if left.open else 1
        source = world.sides[number]
        if source.logged:
            yield "read", _doing(world, Coordinator("read", number, source.row, source.logged))
        yield "caught_up", _doing(world, Coordinator("caught_up", number, NOTHING, 0))

    def _catch_up(self, world: World, does: Coordinator, source: Side, target: Side) -> Steps:
        if self.mutant == "deleted_first":
            return self._delete(world, does, source, target)
        return self._apply(world, does, source, target)

    def _apply(self, world: World, does: Coordinator, _source: Side, target: Side) -> Steps:
        following = "caught_up" if does.at == "deleted" else "applied"
        applied = _with_side(world, 1 - does.source, target._replace(row=does.row))
        yield "applied", _doing(applied, does._replace(at=following))

    def _delete(self, world: World, does: Coordinator, source: Side, _target: Side) -> Steps:
        following = "caught_up" if does.at == "applied" else "deleted"
        gone = _with_side(world, does.source, source._replace(logged=source.logged - does.taken))
        yield "deleted", _doing(gone, does._replace(at=following))

    def _ask(self, world: World, does: Coordinator, source: Side, target: Side) -> Steps:
        if self.mutant == "drained_first":
            world = _with_side(world, 1 - does.source, _drained(source, target))
        gated = _with_side(world, does.source, source._replace(is_gated=True))
        yield "before_gate", _doing(gated, does._replace(at="before_gate"))

    def _take(self, world: World, does: Coordinator, source: Side, _target: Side) -> Steps:
        if self.mutant == "no_gate" or not source.shared:
            yield "gate_held", _doing(world, does._replace(at="gate_held"))

    def _drain(self, world: World, does: Coordinator, source: Side, target: Side) -> Steps:
        after = world
        if self.mutant != "drained_first":
            after = _with_side(world, 1 - does.source, _drained(source, target))
        if self.mutant == "opened_first":
            after = self._opened(after, 1 - does.source, source.epoch + 1)
        yield "drained", _doing(after, does._replace(at="drained"))

    def _close(self, world: World, does: Coordinator, source: Side, _target: Side) -> Steps:
        shut = source._replace(
            open=False, epoch=source.epoch + 1, logged=0, is_gated=False,
            has_pass=source.has_pass and self.mutant == "pass_kept",
        )  # fmt: skip
        yield "closed", _doing(_with_side(world, does.source, shut), does._replace(at="closed"))

    def _open(self, world: World, does: Coordinator, source: Side, _target: Side) -> Steps:
        opened = self._opened(world, 1 - does.source, source.epoch)
        yield "opened", _doing(opened, IDLE)._replace(switches=world.switches + 1)

    def _opened(self, world: World, number: int, epoch: int) -> World:
        side = world.sides[number]
        fits = side.epoch == epoch - 1 and side.drained == epoch and not side.open
        if fits or self.mutant == "no_compare_and_set":
            return _with_side(world, number, side._replace(open=True, epoch=epoch))
        return world

    # Trouble.

    def _trouble(self, world: World) -> Steps:
        """The coordinator is killed, or cut off at its gate; or it stands still before it opens, and another one starts."""
        does, less = world.coordinator, world._replace(troubles=world.troubles - 1)
        if does.at == "idle":
            return
        source = world.sides[does.source]
        ended = _with_side(less, does.source, source._replace(is_gated=False))
        yield f"killed after {does.at}", _doing(ended, IDLE)
        if does.at == "closed" and world.late is None:
            stands_still = ended._replace(late=(1 - does.source, source.epoch))
            yield "stands still", _doing(stands_still, IDLE)


def _drained(source: Side, target: Side) -> Side:
    """Only what the log names is read again: an entry that is gone too early is never applied."""
    return target._replace(row=source.row if source.logged else target.row, drained=source.epoch + 1)


def _with_side(world: World, number: int, side: Side) -> World:
    sides = (side, world.sides[1]) if number == 0 else (world.sides[0], side)
    return world._replace(sides=sides)


def _with_writer(world: World, number: int, writer: Writer) -> World:
    writers = list(world.writers)
    writers[number] = writer
    return world._replace(writers=tuple(writers))


def _doing(world: World, coordinator: Coordinator) -> World:
    return world._replace(coordinator=coordinator)
