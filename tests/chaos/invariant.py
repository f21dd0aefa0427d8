"""Which of the promises I1 to I16 held in a cycle? Each is looked at by its name; an empty text says that it held."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import psycopg

from boundaries.strangler.postgres.holder import HELD_AT_MOST_MS
from tests.chaos import journal
from tests.chaos.crew import Crew, words_of
from tests.chaos.stand import CONTEXT, SIDES, Stand

PROMISES = {
    "I1": "never both sides open",
    "I2": "every acknowledged write is in the owner, exactly once, whole, in its writer's order",
    "I3": "when a side opens, it is what the other was when it closed",
    "I4": "after each commit of the applier, the target is a state that the source had",
    "I5": "an entry leaves the log only after its effect is durable on the target",
    "I6": "no write of the application commits on a closed side",
    "I7": "epochs only grow",
    "I8": "sequences of the owner are beyond every key that was ever used",
    "I9": "a step that is repeated changes nothing",
    "I10": "a rollback brings back all that the service had acknowledged",
    "I11": "no echo: after quiet both logs are empty",
    "I12": "an abort leaves no object of the kit and no blocked table",
    "I13": "an attempt at the gate is bounded, and makes no application transaction a deadlock's victim",
    "I14": "verify says equal if and only if both sides are",
    "I15": "with both databases up, the same commands bring the writers back to work",
    "I16": "no write fails because the log has no room",
}
TABLES = (
    "stock_register", "stock_operation", "stock_pallet", "stock_item", "stock_mark", "stock_bay", "stock_pallet_marks",
    "boundaries_facades_receipt",
)  # fmt: skip
GATE_TIMEOUT_MS = 250  # the default of BOUNDARIES["GATE_TIMEOUT_MS"]
# What two busy cores may add to a time that a server keeps.
SLOW_MACHINE_MS = 1500
_ORPHANS = """
SELECT conrelid::regclass::text, confrelid::regclass::text, a.attname, b.attname FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
WHERE contype = 'f' AND conrelid::regclass::text LIKE 'stock%'
"""
_OBJECTS = """
SELECT tgname FROM pg_trigger WHERE tgname LIKE 'boundaries%' AND NOT tgisinternal
UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE 'boundaries%'
UNION ALL SELECT relname FROM pg_class WHERE relname ~ '^boundaries_(log|ledger|shape|latch|ceiling|reserve|pass)_'
UNION ALL SELECT 'ownership of ' || context FROM boundaries_facades_ownership
"""
_OWNERSHIP = "SELECT open, epoch, drained FROM boundaries_facades_ownership WHERE context = 'stock'"


class Reckoning:
    """Looks at both databases after the traffic has ended."""

    def __init__(
        self, stand: Stand, crew: Crew, figures: dict[str, int], owner: str, seen: dict[str, Any]
    ) -> None:
        self.stand, self.crew, self.figures, self.owner, self.seen = stand, crew, figures, owner, seen
        self.closed = SIDES[1 - SIDES.index(owner)]
        self.fault = crew.cycle.fault

    def of_books(self) -> dict[str, str]:
        """I2, I3, I8, I10: the owner's rows against the journals."""
        with self.stand.superuser(self.owner) as session:
            books = read_books(session)
            behind = _sequences_behind(session)
        found = journal.compare([journal.read(path) for path in self.crew.journals], books)
        self.figures |= {
            "acknowledged": found.acknowledged, "unknown": found.unknown,
            "lost": len(found.lost), "doubled": len(found.doubled), "torn": len(found.torn),
        }  # fmt: skip
        wrong = found.lost + found.doubled + found.torn + found.reordered
        said = "; ".join(wrong[:5])
        held = {
            "I2": said,
            "I16": self._without_room(),
            "I8": "; ".join([*found.keys_twice[:5], *behind, *self._keys_refused()]),
        }
        steps = {act.step for act in self.crew.cycle.script.acts}
        if steps & {"switch-writes", "rollback", "recover"}:
            held["I3"] = said
        if "rollback" in steps:
            held["I10"] = said
        return held

    def _keys_refused(self) -> list[str]:
        """No writer uses a key twice: one that is taken was handed out by a sequence."""
        refused = self.crew.states.get("23505", 0)
        return [f"{refused} keys were taken already"] if refused else []

    def _without_room(self) -> str:
        """A disk that is full, as writers have met it."""
        failed = self.crew.states.get("53100", 0)
        return f"{failed} writes failed" if failed else ""

    def of_observer(self) -> dict[str, str]:
        """I1, I4, I7, I13: what the observer saw all the while."""
        seen = self.seen
        self.figures["both_open"] = seen["both_open"]
        self.figures["looks"] = seen["looks"]
        victims = self.crew.states.get("40P01", 0)
        longest = HELD_AT_MOST_MS + GATE_TIMEOUT_MS + SLOW_MACHINE_MS
        waits = [
            f"{name} {seen[name]}" for name in ("gate_waited_ms", "gate_held_ms") if seen[name] > longest
        ]
        victims_said = [f"{victims} deadlock victims"] if victims else []
        return {
            "I1": f"{seen['both_open']} of {seen['looks']} looks" if seen["both_open"] else "",
            "I4": f"{seen['torn']} of {seen['cuts']} states were torn" if seen["torn"] else "",
            "I7": f"{seen['epochs_back']} times back" if seen["epochs_back"] else "",
            "I13": "; ".join(waits + victims_said),
        }

    def of_closed_side(self) -> dict[str, str]:
        """I6: each kind of writer tries the closed side."""
        if self.closed == "service" and self.crew.cycle.script.name == "copy" and not self._row(self.closed):
            return {}
        met = {process.name: process.probe(self.closed) for process in self.crew.writers}
        accepted = [name for name, state in met.items() if state not in {"MG001", "40001"}]
        return {"I6": f"at the {self.closed}: {met}" if accepted else ""}

    def of_sides(self) -> dict[str, str]:
        """I5, I11: both sides hold the same rows, no reference leads nowhere, nothing waits in a log."""
        with self.stand.superuser("monolith") as left, self.stand.superuser("service") as right:
            differences = [line for table in TABLES for line in _differences(left, right, table)]
            orphans = [line for session in (left, right) for line in _orphans(session)]
            waiting = [
                f"{side}: {n}" for side, n in zip(SIDES, map(_waiting, (left, right)), strict=True) if n
            ]
        self.figures |= {"differences": len(differences), "orphans": len(orphans)}
        return {
            "I5": "; ".join([*differences[:4], *orphans[:4]]),
            "I11": "; ".join(waiting),
        }

    def of_verify(self, *, is_corrupted: bool) -> dict[str, str]:
        """I14: it finds nothing where nothing is, and each row that was spoilt."""
        said = self._verify(expected=0)
        if is_corrupted and not said:
            spoil = self.crew.cycle.entropy.choice(_CORRUPTIONS)
            with psycopg.connect(_mover_url(self.stand, self.closed), autocommit=True) as session:
                session.execute(f"SET ROLE {self.stand.databases[self.closed].role('owner')}")
                session.execute(spoil)
            said = self._verify(expected=1)
        return {"I14": said}

    def of_removal(self) -> dict[str, str]:
        """I12: the monolith is as before, and takes writes; the copy that nobody follows takes none."""
        with self.stand.superuser("monolith") as session:
            left = [str(row[0]) for row in session.execute(_OBJECTS)]
        met = [process.probe("monolith") for process in self.crew.writers]
        blocked = [state for state in met if state != "accepted"]
        return {"I12": "; ".join([*left[:5], *blocked])}

    def of_repetition(self, step: str) -> dict[str, str]:
        """I9: the last step again; for the follower, which never ends, recover stands."""
        again = "recover" if step == "follow" else step
        before = self._owners()
        command = self.crew.start(*words_of(again))
        code, after = command.wait(), self._owners()
        said = f"{again} again ended with {code}: {command.printed()[-300:]}" if code else ""
        return {"I9": said or ("" if before == after else f"{before} became {after}")}

    def _verify(self, *, expected: int) -> str:
        """What is wrong with verify's answer; it is asked again when something else was in the way."""
        deadline = time.monotonic() + 40
        while True:
            command = self.crew.start(*words_of("verify"))
            code, told = command.wait(), command.told()
            if code == 0:
                return "" if expected == 0 else "it saw no difference where there was one"
            error = told.get("error", {})
            if error.get("code") == "BD519":
                return "" if expected else f"it saw a difference where there was none: {error}"
            if time.monotonic() > deadline:
                return f"it does not come to an end: {command.printed()[-400:]}"
            time.sleep(0.1)

    def _owners(self) -> list[Any]:
        return [self._row(side) for side in SIDES]

    def _row(self, side: str) -> tuple[Any, ...] | None:
        with self.stand.superuser(side) as session:
            return session.execute(_OWNERSHIP).fetchone()


_CORRUPTIONS = (
    "UPDATE stock_bay SET balance = balance + 1 WHERE id = 'seed-3'",
    "DELETE FROM stock_pallet_marks WHERE id = (SELECT max(id) FROM stock_pallet_marks)",
    "INSERT INTO stock_mark (id, name) VALUES (999999, 'spoilt')",
    "UPDATE stock_register SET history = history || ' ' WHERE name = 'r1'",
    "UPDATE stock_operation SET kind = upper(kind) WHERE (writer, number) = (SELECT writer, number FROM stock_operation LIMIT 1)",
)


def read_books(session: psycopg.Connection[Any]) -> journal.Books:
    """The rows of one side, in the words of the journals."""
    histories = {
        name: history.split() for name, history in session.execute("SELECT name, history FROM stock_register")
    }
    operations = {(row[0], row[1]) for row in session.execute("SELECT writer, number FROM stock_operation")}
    pallets: Mapping[str, Any] = {
        label: [below, best, marks]
        for label, below, best, marks in session.execute(
            """
            SELECT p.label, b.label, i.name, array(SELECT m.name FROM stock_pallet_marks x JOIN stock_mark m ON m.id = x.mark_id
                                                   WHERE x.pallet_id = p.id ORDER BY 1)
            FROM stock_pallet p LEFT JOIN stock_pallet b ON b.id = p.below_id LEFT JOIN stock_item i ON i.id = p.best_id
            """
        )
    }
    items = dict(
        session.execute(
            "SELECT i.name, p.label FROM stock_item i JOIN stock_pallet p ON p.id = i.pallet_id"
        ).fetchall()
    )
    bays = {
        key: [place, code, balance]
        for key, place, code, balance in session.execute("SELECT id, place, code, balance FROM stock_bay")
    }
    return journal.Books(histories, operations, {"pallet": pallets, "item": items, "bay": bays})


def _differences(left: psycopg.Connection[Any], right: psycopg.Connection[Any], table: str) -> list[str]:
    columns = [
        row[0]
        for row in left.execute(
            "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY 1",
            [table],
        )
    ]
    query = f"SELECT ROW({', '.join(columns)})::text FROM {table}" + (
        f" WHERE context = '{CONTEXT}'" if "receipt" in table else ""
    )
    ours, theirs = ({row[0] for row in session.execute(query)} for session in (left, right))
    return [f"{table}: {line}" for line in sorted(ours ^ theirs)]


def _orphans(session: psycopg.Connection[Any]) -> list[str]:
    found = []
    for child, parent, column, key in session.execute(_ORPHANS).fetchall():
        query = f"SELECT count(*) FROM {child} c WHERE {column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {parent} p WHERE p.{key} = c.{column})"
        row = session.execute(query).fetchone()
        found += [f"{child}.{column}: {row[0]} orphans"] if row and row[0] else []
    return found


def _waiting(session: psycopg.Connection[Any]) -> int:
    row = session.execute(f"SELECT count(*) FROM boundaries_log_{CONTEXT}").fetchone()
    return int(row[0]) if row else 0


def _sequences_behind(session: psycopg.Connection[Any]) -> list[str]:
    behind = []
    for table in ("stock_register", "stock_pallet", "stock_item", "stock_mark", "stock_pallet_marks"):
        row = session.execute(
            f"SELECT coalesce(max(id), 0) > coalesce(pg_sequence_last_value(pg_get_serial_sequence('{table}', 'id')::regclass), 0) FROM {table}"
        ).fetchone()
        behind += [f"{table}.id is behind"] if row and row[0] else []
    return behind


def _mover_url(stand: Stand, side: str) -> str:
    return stand.databases[side].mover_url
