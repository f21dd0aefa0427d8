"""What does the card processor know, and how does it survive a kill?

One SQLite file in WAL mode, one transaction per request, the answer stored beside its effect under the
caller's key. With `synchronous=NORMAL` a commit is in the kernel's hands before it is acknowledged: killing
the process loses nothing, only a power cut could.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

DECLINED_ENDING = "0002"
UNITS = 10_000  # amounts are stored in ten-thousandths: no currency has more decimals

_SCHEMA = """
CREATE TABLE IF NOT EXISTS authorisation (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    card_ending TEXT NOT NULL,
    captured INTEGER NOT NULL DEFAULT 0 CHECK (captured BETWEEN 0 AND amount),
    refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND captured),
    voided INTEGER NOT NULL DEFAULT 0 CHECK (voided IN (0, 1) AND (voided = 0 OR captured = 0))
);
CREATE INDEX IF NOT EXISTS authorisation_key ON authorisation (key);
CREATE TABLE IF NOT EXISTS movement (
    id TEXT PRIMARY KEY,
    authorisation TEXT NOT NULL REFERENCES authorisation (id),
    kind TEXT NOT NULL CHECK (kind IN ('capture', 'refund', 'void')),
    amount INTEGER NOT NULL,
    key TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS movement_authorisation ON movement (authorisation);
CREATE TABLE IF NOT EXISTS answer (
    key TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes over the wire: a status and a JSON object, already encoded."""

    status: int
    body: str


class BadRequestError(ValueError):
    """The request makes no sense; answered with 400 and not remembered."""


class Store:
    """The processor's books in the SQLite file `path`; made for one thread."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA foreign_keys=ON")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Fold the write-ahead log into the file and let go of it."""
        self._db.close()

    def authorise(self, request: dict[str, Any]) -> Answer:
        """Hold an amount on a card, unless the card is one that is declined."""
        amount, currency, card = (
            units(request.get("amount")),
            text(request, "currency"),
            text(request, "card"),
        )
        key = text(request, "key")

        def effect() -> tuple[int, dict[str, Any]]:
            if card.endswith(DECLINED_ENDING):
                return 402, {"code": "declined", "reason": "insufficient_funds"}
            identity = f"auth-{uuid.uuid4().hex}"
            self._db.execute(
                "INSERT INTO authorisation (id, key, amount, currency, card_ending) VALUES (?, ?, ?, ?, ?)",
                (identity, key, amount, currency, card[-4:]),
            )
            return 201, {"id": identity, "state": "authorised"}

        return self._once(key, ["authorise", amount, currency, card], effect)

    def capture(self, identity: str, request: dict[str, Any]) -> Answer:
        """Take held money, in one part or several, never more than was authorised."""
        amount, key = units(request.get("amount")), text(request, "key")

        def effect() -> tuple[int, dict[str, Any]]:
            row = self._row(identity)
            if row["voided"]:
                return 409, {"code": "wrong_state", "detail": "The authorisation was voided."}
            if row["captured"] + amount > row["amount"]:
                return 409, {"code": "capture_exceeds", "detail": "More than was authorised."}
            self._move(identity, "capture", amount, key)
            self._db.execute(
                "UPDATE authorisation SET captured = captured + ? WHERE id = ?", (amount, identity)
            )
            return 201, {
                "id": identity,
                "state": "captured",
                "captured": decimal_text(row["captured"] + amount),
            }

        return self._once(key, ["capture", identity, amount], effect)

    def void(self, identity: str, request: dict[str, Any]) -> Answer:
        """Let go of held money; refused once any of it was captured."""
        key = text(request, "key")

        def effect() -> tuple[int, dict[str, Any]]:
            row = self._row(identity)
            if row["voided"] or row["captured"]:
                return 409, {"code": "wrong_state", "detail": f"The authorisation is {state_of(row)}."}
            self._move(identity, "void", row["amount"], key)
            self._db.execute("UPDATE authorisation SET voided = 1 WHERE id = ?", (identity,))
            return 200, {"id": identity, "state": "voided"}

        return self._once(key, ["void", identity], effect)

    def cancel(self, request: dict[str, Any]) -> Answer:
        """Let go of what is held under a key, and hold nothing under it from now on: for who lost the answer."""
        key = text(request, "key")

        def effect() -> tuple[int, dict[str, Any]]:
            row = self._db.execute("SELECT * FROM authorisation WHERE key = ?", (key,)).fetchone()
            if row is None:
                refusal = json.dumps({"code": "cancelled", "detail": "This key was cancelled."})
                self._db.execute(
                    "INSERT INTO answer VALUES (?, ?, 409, ?) ON CONFLICT DO NOTHING", (key, "", refusal)
                )
                return 200, {"state": "cancelled"}
            if row["captured"]:
                return 409, {"code": "wrong_state", "detail": f"The authorisation is {state_of(row)}."}
            if not row["voided"]:
                self._move(row["id"], "void", row["amount"], key)
                self._db.execute("UPDATE authorisation SET voided = 1 WHERE id = ?", (row["id"],))
            return 200, {"id": row["id"], "state": "voided"}

        return self._once(f"cancel-{key}", ["cancel", key], effect)

    def refund(self, identity: str, request: dict[str, Any]) -> Answer:
        """Give captured money back, in parts if need be, never more than was captured."""
        amount, key = units(request.get("amount")), text(request, "key")

        def effect() -> tuple[int, dict[str, Any]]:
            row = self._row(identity)
            if row["refunded"] + amount > row["captured"]:
                return 409, {"code": "refund_exceeds", "detail": "More than was captured."}
            refund = self._move(identity, "refund", amount, key)
            self._db.execute(
                "UPDATE authorisation SET refunded = refunded + ? WHERE id = ?", (amount, identity)
            )
            refunded = decimal_text(row["refunded"] + amount)
            return 201, {"id": refund, "authorisation": identity, "refunded": refunded}

        return self._once(key, ["refund", identity, amount], effect)

    def books(self) -> Answer:
        """Totals per currency."""
        rows = self._db.execute(
            "SELECT currency, sum(amount) AS authorised, sum(captured) AS captured,"
            " sum(refunded) AS refunded, sum(voided * amount) AS voided, count(*) AS count"
            " FROM authorisation GROUP BY currency ORDER BY currency"
        )
        columns = ("authorised", "captured", "refunded", "voided")
        return _answer(
            200,
            {r["currency"]: {**{c: decimal_text(r[c]) for c in columns}, "count": r["count"]} for r in rows},
        )

    def authorisation(self, identity: str) -> Answer:
        """One authorisation with its movements."""
        return _answer(200, self._described([self._row(identity)])[0])

    def page(self, *, after: int, limit: int) -> Answer:
        """Authorisations in the order they were made; `next` is what to ask for after, null at the end."""
        rows = self._db.execute(
            "SELECT * FROM authorisation WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
        ).fetchall()
        following = rows[-1]["seq"] if len(rows) == limit else None
        return _answer(200, {"authorisations": self._described(rows), "next": following})

    def _once(self, key: str, request: list[Any], effect: Callable[[], tuple[int, dict[str, Any]]]) -> Answer:
        fingerprint = json.dumps(request)
        self._db.execute("BEGIN IMMEDIATE")
        try:
            answer = self._remembered(key, fingerprint)
            if answer is None:
                answer = _answer(*effect())
                self._db.execute(
                    "INSERT INTO answer VALUES (?, ?, ?, ?)", (key, fingerprint, answer.status, answer.body)
                )
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        return answer

    def _remembered(self, key: str, fingerprint: str) -> Answer | None:
        row = self._db.execute("SELECT * FROM answer WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        if row["request"] != fingerprint:
            return _answer(409, {"code": "key_reused", "detail": "This key belongs to another request."})
        return Answer(row["status"], row["body"])

    def _row(self, identity: str) -> sqlite3.Row:
        found = self._db.execute("SELECT * FROM authorisation WHERE id = ?", (identity,)).fetchone()
        if not isinstance(found, sqlite3.Row):
            raise KeyError(identity)
        return found

    def _move(self, identity: str, kind: str, amount: int, key: str) -> str:
        movement = f"{kind}-{uuid.uuid4().hex}"
        self._db.execute(
            "INSERT INTO movement VALUES (?, ?, ?, ?, ?)", (movement, identity, kind, amount, key)
        )
        return movement

    def _described(self, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
        marks = ",".join("?" * len(rows))
        movements: dict[str, list[dict[str, str]]] = {row["id"]: [] for row in rows}
        for move in self._db.execute(
            f"SELECT * FROM movement WHERE authorisation IN ({marks}) ORDER BY rowid", list(movements)
        ):
            movements[move["authorisation"]].append(
                {
                    "id": move["id"],
                    "kind": move["kind"],
                    "amount": decimal_text(move["amount"]),
                    "key": move["key"],
                }
            )
        return [
            {
                "id": row["id"],
                "key": row["key"],
                "state": state_of(row),
                "currency": row["currency"],
                "amount": decimal_text(row["amount"]),
                "captured": decimal_text(row["captured"]),
                "refunded": decimal_text(row["refunded"]),
                "card_ending": row["card_ending"],
                "movements": movements[row["id"]],
            }
            for row in rows
        ]


def state_of(row: sqlite3.Row) -> str:
    """The one word for where an authorisation stands."""
    if row["voided"]:
        return "voided"
    if row["captured"] == 0:
        return "authorised"
    return "refunded" if row["refunded"] == row["captured"] else "captured"


def units(value: object) -> int:
    """A decimal string as ten-thousandths.

    :raises BadRequestError: when it is no positive decimal, or finer than that.
    """
    try:
        scaled = Decimal(value) * UNITS if isinstance(value, str) else None
    except InvalidOperation:
        scaled = None
    if scaled is None or not scaled.is_finite() or scaled <= 0 or scaled >= 2**62 or scaled != int(scaled):
        raise BadRequestError("amount must be a positive decimal string")
    return int(scaled)


def decimal_text(value: int) -> str:
    """Ten-thousandths as a decimal string with two decimals, or four where they are needed."""
    return str((Decimal(value) / UNITS).quantize(Decimal("0.0001") if value % 100 else Decimal("0.01")))


def text(request: dict[str, Any], name: str) -> str:
    """A non-empty string of the request.

    :raises BadRequestError: when it is missing or something else.
    """
    value = request.get(name)
    if not isinstance(value, str) or not value:
        raise BadRequestError(f"{name} must be a non-empty string")
    return value


def _answer(status: int, body: dict[str, Any]) -> Answer:
    return Answer(status, json.dumps(body))
