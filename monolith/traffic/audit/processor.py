"""What do the card processor's books say?"""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

PAGE_ROWS = 1_000
TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Authorisation:
    """One held amount, and what became of it. `captures` and `refunds` are the ids of its movements."""

    id: str
    key: str
    currency: str
    amount: Decimal
    captured: Decimal
    refunded: Decimal
    is_voided: bool
    captures: tuple[str, ...]
    refunds: tuple[str, ...]


def read_authorisations(url: str) -> dict[str, Authorisation]:
    """All of them, by id."""
    found: dict[str, Authorisation] = {}
    after: int | None = 0
    while after is not None:
        page = _get(f"{url.rstrip('/')}/authorisations?after={after}&limit={PAGE_ROWS}")
        found |= {row["id"]: _authorisation(row) for row in page["authorisations"]}
        after = page["next"]
    return found


def read_books(url: str) -> dict[str, dict[str, Decimal]]:
    """The totals per currency, as the processor itself adds them up."""
    books = _get(f"{url.rstrip('/')}/books")
    return {
        currency: {name: Decimal(totals[name]) for name in ("authorised", "captured", "refunded", "voided")}
        for currency, totals in books.items()
    }


def _authorisation(row: dict[str, Any]) -> Authorisation:
    def movements(kind: str) -> tuple[str, ...]:
        return tuple(move["id"] for move in row["movements"] if move["kind"] == kind)

    return Authorisation(
        id=row["id"],
        key=row["key"],
        currency=row["currency"],
        amount=Decimal(row["amount"]),
        captured=Decimal(row["captured"]),
        refunded=Decimal(row["refunded"]),
        is_voided=row["state"] == "voided",
        captures=movements("capture"),
        refunds=movements("refund"),
    )


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - given by the operator
        return json.load(response)
