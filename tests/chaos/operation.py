"""What does one operation of each kind do to the depot's tables?

Every operation, of whatever kind, stores a row of its own and appends its name to one register, in the same
transaction as its other effects: a lost, a doubled, a torn and a reordered operation all show. All other rows belong to
one writer alone, so that the end of its rows can be told from its journal.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg

Session = psycopg.Connection[Any]
REGISTERS = 6
RENUMBERED = 1_000_000
PLACE_RECEIPT = """
INSERT INTO boundaries_facades_receipt (context, key, operation, digest, is_error, created_at)
VALUES ('stock', %s, 'note', '', false, now()) ON CONFLICT DO NOTHING
"""


@dataclass
class Effects:
    """What a transaction has done: rows by table and key (None: gone), the register, ids drawn from sequences."""

    name: str
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    register: str = ""
    ids: dict[str, list[int]] = field(default_factory=dict)
    is_repeat: bool = False
    held_ms: float = 0.0

    def put(self, table: str, key: str, value: Any) -> None:
        """Note the row as it is now; None when it is gone."""
        self.rows.setdefault(table, {})[key] = value

    def drew(self, table: str, ids: list[int]) -> None:
        """Note keys that the database has handed out."""
        self.ids.setdefault(table, []).extend(ids)


class World:
    """The rows of one writer as it knows them; only what was acknowledged counts."""

    def __init__(self, writer: str, entropy: random.Random) -> None:
        self.writer, self.entropy = writer, entropy
        self.generation = 0
        self.drawn = 0
        self.receipts: list[str] = []
        self.begin_anew()

    def begin_anew(self) -> None:
        """Never again touch the rows of before: nobody knows what became of the last transaction."""
        self.generation += 1
        self.pallets: dict[str, Any] = {}
        self.items: dict[str, str] = {}
        self.bays: dict[str, Any] = {}
        self.operations: list[int] = []

    def fresh(self, stem: str) -> str:
        """A key that nobody has used."""
        self.drawn += 1
        return f"{self.writer}.{self.generation}.{stem}{self.drawn}"

    def accept(self, effects: Effects) -> None:
        """The transaction was acknowledged: its effects are the state from now on."""
        known = {"pallet": self.pallets, "item": self.items, "bay": self.bays}
        for table, rows in effects.rows.items():
            if table == "operation":
                self.operations = [number for number in self.operations if str(number) not in rows]
                continue
            for key, value in rows.items():
                if value is None:
                    known[table].pop(key, None)
                else:
                    known[table][key] = value
        if not effects.is_repeat:
            self.operations.append(int(effects.name.rpartition("-")[2]))


Work = Callable[[Session], Effects]


@dataclass(frozen=True)
class Kind:
    """A way of writing: its isolation level, and what prepares the work of one transaction."""

    body: Callable[[Session, World, Effects], None]
    isolation: str = "READ COMMITTED"
    snapshot_first: bool = False
    is_command: bool = False

    def work(self, world: World, number: int) -> Work:
        """The transaction of the operation `number`, between BEGIN and COMMIT."""

        def run(session: Session) -> Effects:
            effects = Effects(f"{world.writer}-{number}")
            if self.snapshot_first:
                session.execute("SELECT count(*) FROM stock_register")
                _hold(effects, world.entropy.uniform(0.01, 0.25))
            if self.is_command and not _take_receipt(session, world, effects):
                return effects
            _begin(session, world, effects, self)
            self.body(session, world, effects)
            _append(session, world, effects, self)
            return effects

        return run


def _take_receipt(session: Session, world: World, effects: Effects) -> bool:
    """Every third command is one that was done before, sent again: it must not happen twice."""
    if world.receipts and world.entropy.random() < 0.4:
        effects.name = world.entropy.choice(world.receipts)
    is_new = session.execute(PLACE_RECEIPT, [effects.name]).rowcount == 1
    effects.is_repeat = not is_new
    if is_new:
        world.receipts.append(effects.name)
    return is_new


def _begin(session: Session, world: World, effects: Effects, kind: Kind) -> None:
    number = int(effects.name.rpartition("-")[2])
    name = next(name for name, known in KINDS.items() if known is kind)
    insert = "INSERT INTO stock_operation (writer, number, kind) VALUES (%s, %s, %s)"
    # A command that is repeated although its receipt was there would meet this key, and go on as it can.
    session.execute(
        insert + (" ON CONFLICT DO NOTHING" if kind.is_command else ""), [world.writer, number, name]
    )


def _append(session: Session, world: World, effects: Effects, kind: Kind) -> None:
    """Last, since others wait for the register's row; an older snapshot needs one that nobody else appends to."""
    number = world.entropy.randint(1, REGISTERS)
    effects.register = kind.isolation.lower() if kind.snapshot_first else f"r{number}"
    session.execute(
        "UPDATE stock_register SET history = history || ' ' || %s WHERE name = %s",
        [effects.name, effects.register],
    )


def _hold(effects: Effects, seconds: float) -> None:
    time.sleep(seconds)
    effects.held_ms += seconds * 1000


def _insert_pallets(session: Session, world: World, effects: Effects, count: int) -> list[str]:
    labels = [world.fresh("p") for _ in range(count)]
    below = world.entropy.choice(sorted(world.pallets)) if world.pallets else None
    ids = session.execute(
        """
        INSERT INTO stock_pallet (writer, label, below_id)
        SELECT %s, label, (SELECT id FROM stock_pallet WHERE label = %s) FROM unnest(%s::text[]) AS label RETURNING id
        """,
        [world.writer, below, labels],
    ).fetchall()
    effects.drew("pallet", [row[0] for row in ids])
    for label in labels:
        effects.put("pallet", label, [below, None, []])
    return labels


def _insert_bays(session: Session, world: World, effects: Effects, count: int) -> None:
    for _ in range(count):
        key = world.fresh("b")
        session.execute(
            "INSERT INTO stock_bay (id, writer, place, code, balance) VALUES (%s, %s, %s, %s, 0)",
            [key, world.writer, key, key],
        )
        effects.put("bay", key, [key, key, 0])


def single(session: Session, world: World, effects: Effects) -> None:
    """One new pallet, or one row changed."""
    if len(world.pallets) < 3 or world.entropy.random() < 0.5:
        _insert_pallets(session, world, effects, 1)
        return
    label, below = world.entropy.sample(sorted(world.pallets), 2)
    session.execute(
        "UPDATE stock_pallet SET below_id = (SELECT id FROM stock_pallet WHERE label = %s) WHERE label = %s",
        [below, label],
    )
    effects.put("pallet", label, [below, *world.pallets[label][1:]])


def bulk(session: Session, world: World, effects: Effects) -> None:
    """Twelve pallets with items in two statements; now and then all items renamed in one."""
    labels = _insert_pallets(session, world, effects, 12)
    names = {f"{label}/i": label for label in labels}
    session.execute(
        "INSERT INTO stock_item (pallet_id, name) SELECT id, label || '/i' FROM stock_pallet WHERE label = ANY(%s)",
        [labels],
    )
    for name, label in names.items():
        effects.put("item", name, label)
    old = [name for name in world.items if name.endswith("/i")][:10]
    if len(world.items) > 60:
        session.execute("DELETE FROM stock_item WHERE name = ANY(%s)", [old])
        for name in old:
            effects.put("item", name, None)


def swap(session: Session, world: World, effects: Effects) -> None:
    """Two bays change places within one statement, and codes step by step; what one gives the other gets."""
    if len(world.bays) < 4:
        _insert_bays(session, world, effects, 4)
        return
    one, two = world.entropy.sample(sorted(world.bays), 2)
    (place_one, code_one, balance_one), (place_two, code_two, balance_two) = world.bays[one], world.bays[two]
    amount = world.entropy.randint(1, 100)
    session.execute(
        """
        UPDATE stock_bay SET place = CASE id WHEN %(one)s THEN %(two_place)s ELSE %(one_place)s END,
            balance = balance + CASE id WHEN %(one)s THEN -%(amount)s ELSE %(amount)s END WHERE id IN (%(one)s, %(two)s)
        """,
        {"one": one, "two": two, "one_place": place_one, "two_place": place_two, "amount": amount},
    )
    for key, code in ((one, f"{one}?"), (two, code_one), (one, code_two)):
        session.execute("UPDATE stock_bay SET code = %s WHERE id = %s", [code, key])
    effects.put("bay", one, [place_two, code_two, balance_one - amount])
    effects.put("bay", two, [place_one, code_one, balance_two + amount])


def key(session: Session, world: World, effects: Effects) -> None:
    """A primary key changes, plain or composite."""
    if len(world.bays) < 3:
        _insert_bays(session, world, effects, 3)
        return
    old, new = world.entropy.choice(sorted(world.bays)), world.fresh("k")
    session.execute("UPDATE stock_bay SET id = %s WHERE id = %s", [new, old])
    effects.put("bay", old, None)
    effects.put("bay", new, world.bays[old])
    if world.operations:
        number = world.entropy.choice(world.operations)
        session.execute(
            "UPDATE stock_operation SET number = number + %s WHERE writer = %s AND number = %s",
            [RENUMBERED, world.writer, number],
        )
        effects.put("operation", str(number), None)


def delete(session: Session, world: World, effects: Effects) -> None:
    """Rows go, and sometimes come back under the same key in the same transaction."""
    free = sorted(world.pallets.keys() - {row[0] for row in world.pallets.values()})
    if len(free) < 3:
        _insert_pallets(session, world, effects, 4)
        return
    label = world.entropy.choice(free)
    session.execute("DELETE FROM stock_pallet WHERE label = %s", [label])
    effects.put("pallet", label, None)
    if world.entropy.random() < 0.4:
        row = session.execute(
            "INSERT INTO stock_pallet (writer, label) VALUES (%s, %s) RETURNING id", [world.writer, label]
        ).fetchone()
        effects.drew("pallet", [row[0]] if row else [])
        effects.put("pallet", label, [None, None, []])


def savepoint(session: Session, world: World, effects: Effects) -> None:
    """What was rolled back to a savepoint has not happened; what came before and after has."""
    _insert_bays(session, world, effects, 1)
    session.execute("SAVEPOINT aside")
    _insert_bays(session, world, Effects("never"), 2)
    session.execute("UPDATE stock_register SET history = history || ' never'")
    session.execute("ROLLBACK TO SAVEPOINT aside")
    _insert_pallets(session, world, effects, 1)
    session.execute("SAVEPOINT kept")
    _insert_bays(session, world, effects, 1)
    session.execute("RELEASE SAVEPOINT kept")


def copy(session: Session, world: World, effects: Effects) -> None:
    """COPY FROM STDIN."""
    labels = [world.fresh("c") for _ in range(8)]
    with session.cursor().copy("COPY stock_pallet (writer, label) FROM STDIN") as pipe:
        for label in labels:
            pipe.write_row((world.writer, label))
            effects.put("pallet", label, [None, None, []])


def long(session: Session, world: World, effects: Effects) -> None:
    """Writes at the beginning and at the end of a transaction that stays open in between."""
    swap(session, world, effects)
    _hold(effects, world.entropy.uniform(0.05, 0.4))
    _insert_pallets(session, world, effects, 2)


def raw(session: Session, world: World, effects: Effects) -> None:
    """Prepared statements, a writing CTE and MERGE."""
    label, bay = world.fresh("w"), world.fresh("m")
    session.execute(
        """
        WITH pallet AS (INSERT INTO stock_pallet (writer, label) VALUES (%s, %s) RETURNING id)
        INSERT INTO stock_item (pallet_id, name) SELECT id, %s FROM pallet
        """,
        [world.writer, label, f"{label}/w"],
    )
    effects.put("pallet", label, [None, None, []])
    effects.put("item", f"{label}/w", label)
    session.execute(
        """
        MERGE INTO stock_bay b USING (VALUES (%s::text, %s::text)) AS v (id, writer) ON b.id = v.id
        WHEN MATCHED THEN UPDATE SET balance = 0
        WHEN NOT MATCHED THEN INSERT (id, writer, place, code, balance) VALUES (v.id, v.writer, v.id, v.id, 0)
        """,
        [bay, world.writer],
    )
    effects.put("bay", bay, [bay, bay, 0])


def circle(session: Session, world: World, effects: Effects) -> None:
    """Pallet and item point at each other; marks are taken off and put on again."""
    label = _insert_pallets(session, world, effects, 1)[0]
    session.execute(
        """
        WITH item AS (INSERT INTO stock_item (pallet_id, name) SELECT id, %s FROM stock_pallet WHERE label = %s RETURNING id)
        UPDATE stock_pallet SET best_id = item.id FROM item WHERE label = %s
        """,
        [f"{label}/o", label, label],
    )
    below = effects.rows["pallet"][label][0]
    marks = sorted(world.entropy.sample(range(1, 6), 2))
    add = """
        INSERT INTO stock_pallet_marks (pallet_id, mark_id)
        SELECT p.id, m.id FROM stock_pallet p, stock_mark m WHERE p.label = %s AND m.name = ANY(%s)
    """
    names = [f"m{number}" for number in marks]
    session.execute(add, [label, names])
    session.execute(
        "DELETE FROM stock_pallet_marks WHERE pallet_id = (SELECT id FROM stock_pallet WHERE label = %s)",
        [label],
    )
    session.execute(add, [label, names])
    effects.put("item", f"{label}/o", label)
    effects.put("pallet", label, [below, f"{label}/o", names])


def note(session: Session, world: World, effects: Effects) -> None:
    """The command of the facade: its effect is the entry in a register."""


KINDS = {
    "single": Kind(single),
    "bulk": Kind(bulk),
    "swap": Kind(swap),
    "key": Kind(key),
    "delete": Kind(delete),
    "savepoint": Kind(savepoint),
    "repeatable": Kind(single, "REPEATABLE READ", snapshot_first=True),
    "serializable": Kind(swap, "SERIALIZABLE", snapshot_first=True),
    "copy": Kind(copy),
    "long": Kind(long),
    "raw": Kind(raw),
    "circle": Kind(circle),
    "command": Kind(note, is_command=True),
}
