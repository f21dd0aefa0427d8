"""What were the travellers told?"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(slots=True)
class Story:
    """One booking as its traveller knows it: each acknowledged act, and whether one's outcome is unknown."""

    booking: str
    payment: str
    amount: Decimal
    currency: str
    is_paid: bool = False
    cancelled_as: str | None = None  # voided, refunded
    refunds: dict[str, Decimal] = field(default_factory=dict)  # by idempotency key
    has_unknown_act: bool = False


@dataclass(slots=True)
class Told:
    """All stories of one journal; `unknown_bookings` are requests to book with an untold outcome."""

    stories: dict[str, Story] = field(default_factory=dict)
    acknowledged: int = 0
    unknown: int = 0
    unknown_bookings: int = 0
    began: float | None = None
    ended: float = math.inf
    keys: list[str] = field(default_factory=list)


def read_stories(lines: Iterable[dict[str, Any]]) -> Told:
    """Sum up the lines of a journal."""
    told = Told()
    for line in lines:
        if line["line"] == "start" and told.began is None:
            told.began = line["at"]
        elif line["line"] == "end":
            told.ended = line["at"]
        elif line["line"] == "request" and line["write"]:
            _take(told, line)
    return told


def _take(told: Told, line: dict[str, Any]) -> None:
    if line["acknowledged"]:
        told.acknowledged += 1
        told.keys.append(line["key"])
        _acknowledged(told, line["name"], line["key"], line["told"])
    elif line["unknown"]:
        told.unknown += 1
        if line["name"] == "book":
            told.unknown_bookings += 1
        else:
            told.stories[line["booking"]].has_unknown_act = True


def _acknowledged(told: Told, act: str, key: str, what: dict[str, Any]) -> None:
    if act == "book":
        told.stories[what["booking"]] = Story(
            what["booking"], what["payment"], Decimal(what["amount"]), what["currency"]
        )
        return
    story = told.stories[what["booking"]]
    if act == "pay":
        story.is_paid = True
    elif act == "cancel":
        story.cancelled_as = what["payment_state"]
    else:
        story.refunds[key] = Decimal(what["refund"])
