"""Which answers does each request document, and what does a good one tell?

Each function judges one answer. Anything it does not know is undocumented, and counts as a failure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

DECLINED_ENDING = "0002"
SOLD_OUT = ("flights.sold_out", "hotels.sold_out")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one answer means.

    `told` holds what the traveller may rely on from now on; None when the answer was a documented refusal, or
    undocumented.
    """

    is_documented: bool
    told: dict[str, Any] | None = None
    is_stale: bool = False


Judge = Callable[[int, Any], Verdict]

UNDOCUMENTED = Verdict(is_documented=False)
REFUSED = Verdict(is_documented=True)


def signed_in(status: int, body: Any) -> Verdict:
    """A token."""
    match status, body:
        case 200, {"token": str(token)}:
            return Verdict(True, {"token": token})
    return UNDOCUMENTED


def searched(status: int, body: Any) -> Verdict:
    """Flights and rooms on offer, perhaps none."""
    match status, body:
        case 200, {"flights": list(flights), "rooms": list(rooms)}:
            return Verdict(True, {"flights": flights, "rooms": rooms})
    return UNDOCUMENTED


def booked(*, card: str) -> Judge:
    """A reserved trip with its payment authorised; declined exactly when the card is one that is."""

    def judge(status: int, body: Any) -> Verdict:
        match status, body:
            case 201, {
                "id": identity,
                "state": str(state),
                "total": {"amount": str(amount), "currency": str(currency)},
                "payment": {"id": payment, "state": "authorised"},
            } if not card.endswith(DECLINED_ENDING):
                told = {"booking": str(identity), "state": state, "payment": str(payment)}
                return Verdict(
                    True, {**told, "payment_state": "authorised", "amount": amount, "currency": currency}
                )
            case 402, {"code": "payments.card_declined"} if card.endswith(DECLINED_ENDING):
                return REFUSED
            case 409, {"code": code} if code in SOLD_OUT:
                return REFUSED
        return UNDOCUMENTED

    return judge


def paid(status: int, body: Any) -> Verdict:
    """The whole amount captured."""
    match status, body:
        case 200, {"state": "paid", "payment": {"state": "captured"}}:
            return Verdict(True, {"state": "paid", "payment_state": "captured"})
    return UNDOCUMENTED


def cancelled(*, payment_state: str) -> Judge:
    """No trip any more, and the money let go of or given back."""

    def judge(status: int, body: Any) -> Verdict:
        match status, body:
            case 200, {"state": "cancelled", "payment": {"state": state}} if state == payment_state:
                return Verdict(True, {"state": "cancelled", "payment_state": payment_state})
        return UNDOCUMENTED

    return judge


def refunded(*, amount: str, too_much: bool = False) -> Judge:
    """A part given back; refused exactly when more than the captured amount was asked for."""

    def judge(status: int, body: Any) -> Verdict:
        match status, body:
            case 200, {"payment": {"refunded": {"amount": str(total), "currency": str(currency)}}} if (
                not too_much
            ):
                return Verdict(True, {"refund": amount, "refunded": total, "currency": currency})
            case 409, {"code": "payments.refund_exceeds"} if too_much:
                return REFUSED
        return UNDOCUMENTED

    return judge


def listed(status: int, body: Any) -> Verdict:
    """The traveller's trips."""
    match status, body:
        case 200, {"bookings": list(bookings)}:
            return Verdict(True, {"bookings": bookings})
    return UNDOCUMENTED


@dataclass(frozen=True, slots=True)
class Viewed:
    """A trip with the details of its payment, at most `patience` behind what the traveller was told of it.

    An answer that admits not to know the payment is for days when payments are down, not for these journeys.
    """

    payment_state: str | None = None
    is_patient: Callable[[], bool] = field(default=lambda: True)

    def __call__(self, status: int, body: Any) -> Verdict:
        if status != 200 or not isinstance(body, dict) or "id" not in body or body.get("payment_unavailable"):
            return UNDOCUMENTED
        payment = body.get("payment")
        seen = payment.get("state") if isinstance(payment, dict) else None
        if self.payment_state is None or seen == self.payment_state:
            return Verdict(True, {})
        return Verdict(self.is_patient(), {}, is_stale=True)
