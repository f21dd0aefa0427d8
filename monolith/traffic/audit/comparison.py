"""What does not agree?

Four books are held against each other: what travellers were told, the bookings, the payments with their
ledger, and the card processor's own. Lost is an acknowledged write that cannot be found. Duplicated is what
happened more often than it was asked for. What nobody was told the outcome of may have happened or not, but
not by halves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from monolith.traffic.audit.processor import Authorisation
from monolith.traffic.audit.rows import BookingRow, PaymentRow, Rows
from monolith.traffic.audit.told import Story, Told

MOST_SENTENCES = 50
LIVING = ("reserved", "paid", "cancelled", "expired")
AGREE = {
    "reserved": ("authorised",),
    "paid": ("captured", "refunded"),
    "cancelled": ("voided", "refunded"),
    "expired": ("voided",),
    "failed": ("voided",),
}


@dataclass(slots=True)
class Findings:
    """What was found, and how often; the first sentences of each kind are kept."""

    counts: Counter[str] = field(default_factory=Counter)
    sentences: list[str] = field(default_factory=list)

    def add(self, kind: str, sentence: str, *, count: int = 1) -> None:
        """Note that something of this kind is wrong."""
        self.counts[kind] += count
        if len(self.sentences) < MOST_SENTENCES:
            self.sentences.append(f"{kind}: {sentence}")


def compare(
    *,
    told: Told,
    rows: Rows,
    authorisations: Mapping[str, Authorisation],
    books: Mapping[str, Mapping[str, Decimal]],
) -> dict[str, Any]:
    """The verdict, ready to be printed: `writes`, `money`, `discrepancies`, `counts`."""
    findings = Findings()
    for story in told.stories.values():
        for sentence in _lost(story, rows):
            findings.add("lost", sentence)
        _unasked(story, rows, findings)
    for sentence, too_often in _doubled(told, rows, authorisations):
        if too_often > 0:
            findings.add("duplicated", sentence, count=too_often)
    _surplus(told, rows, findings)
    _disagreeing(rows, findings)
    _unrecorded(rows, authorisations, findings)
    money = _money(rows, books, findings)
    for sentence in rows.stock:
        findings.add("stock", sentence)
    return {
        "writes": {
            "acknowledged": told.acknowledged,
            "lost": findings.counts["lost"],
            "duplicated": findings.counts["duplicated"],
            "unknown": told.unknown,
        },
        "money": {"conserved": not findings.counts["money"], "by_currency": money},
        "discrepancies": findings.sentences,
        "counts": dict(findings.counts),
    }


def _lost(story: Story, rows: Rows) -> Iterator[str]:
    """Each acknowledged write of the story that left no trace."""
    booking, payment = rows.bookings.get(story.booking), rows.payments.get(story.payment)
    if booking is None or payment is None or booking.payment != payment.id:
        missing = "it is not there" if booking is None else "its payment is not there"
        for act in _acts(story):
            yield f"booking {story.booking} was {act}, and {missing}."
        return
    if (payment.amount, payment.currency) != (story.amount, story.currency):
        yield f"booking {story.booking} was made for {story.amount}, and its payment is of {payment.amount}."
    captured = rows.entered(payment.id).captured
    if story.is_paid and captured != story.amount:
        yield f"booking {story.booking} was paid, and the ledger holds {captured}."
    if story.cancelled_as and (booking.state, payment.state) != ("cancelled", story.cancelled_as):
        yield f"booking {story.booking} was cancelled, and is {booking.state} with a payment {payment.state}."
    for key, amount in story.refunds.items():
        if not any(
            _is_of(refund.key, key) and refund.amount == amount for refund in rows.refunds_of[payment.id]
        ):
            yield f"{amount} of booking {story.booking} was given back, and there is no such refund."


def _acts(story: Story) -> Iterator[str]:
    yield "made"
    if story.is_paid:
        yield "paid"
    if story.cancelled_as:
        yield "cancelled"
    yield from (f"refunded {amount}" for amount in story.refunds.values())


def _unasked(story: Story, rows: Rows, findings: Findings) -> None:
    """Whatever stands in the books of a booking, although its traveller never asked for it."""
    booking, payment = rows.bookings.get(story.booking), rows.payments.get(story.payment)
    if booking is None or payment is None or story.has_unknown_act:
        return
    expected = "cancelled" if story.cancelled_as else "paid" if story.is_paid else "reserved"
    if booking.state != expected:
        findings.add("unasked", f"booking {story.booking} should be {expected}, and is {booking.state}.")
    back = payment.amount if story.cancelled_as == "refunded" else sum(story.refunds.values(), Decimal(0))
    if payment.refunded > back:
        findings.add(
            "duplicated", f"booking {story.booking} got {payment.refunded} back, and asked for {back}."
        )


def _doubled(
    told: Told, rows: Rows, authorisations: Mapping[str, Authorisation]
) -> Iterator[tuple[str, int]]:
    """Whatever happened more than once, and how often too often."""
    for booking, payments in rows.payments_of.items():
        yield f"booking {booking} has {len(payments)} payments.", len(payments) - 1
    for movement in rows.doubled_entries:
        yield f"movement {movement} is in the ledger twice.", 1
    for payment_id, ledger in rows.ledger.items():
        yield f"payment {payment_id} was captured {ledger.captures} times in the ledger.", ledger.captures - 1
    for payment_id, refunds in rows.refunds_of.items():
        for key, count in Counter(refund.key for refund in refunds).items():
            yield f"payment {payment_id} has {count} refunds with the key {key}.", count - 1
    for identity, authorisation in authorisations.items():
        captures = len(authorisation.captures)
        yield f"{identity} was captured {captures} times at the processor.", captures - 1
    for key, count in Counter(told.keys).items():
        yield f"the key {key} was acknowledged {count} times.", count - 1


def _surplus(told: Told, rows: Rows, findings: Findings) -> None:
    """Bookings of the journal's time that nobody asked for."""
    if told.began is None:
        return
    untold = [
        booking.id
        for booking in rows.bookings.values()
        if booking.state in LIVING
        and told.began <= booking.booked_at <= told.ended
        and booking.id not in told.stories
    ]
    surplus = len(untold) - told.unknown_bookings
    if surplus > 0:
        sentence = f"{surplus} bookings more than were asked for, {untold[-1]} may be one."
        findings.add("duplicated", sentence, count=surplus)


def _disagreeing(rows: Rows, findings: Findings) -> None:
    """Bookings, payments and ledger that contradict each other, seeded ones included."""
    for booking in rows.bookings.values():
        for payment in rows.payments_of.get(booking.id, ()):
            for sentence in _contradictions(booking, payment):
                findings.add("disagreeing", sentence)
        if booking.state in LIVING and not rows.payments_of.get(booking.id):
            findings.add("disagreeing", f"booking {booking.id} is {booking.state} and has no payment.")
        if booking.state == "pending":
            findings.add("disagreeing", f"booking {booking.id} is still pending.")
    for payment in rows.payments.values():
        if payment.booking not in rows.bookings:
            findings.add("disagreeing", f"payment {payment.id} has no booking.")
        _ledger_of(payment, rows, findings)


def _contradictions(booking: BookingRow, payment: PaymentRow) -> Iterator[str]:
    if booking.state in AGREE and payment.state not in AGREE[booking.state]:
        yield f"booking {booking.id} is {booking.state}, its payment {payment.state}."
    if booking.state in LIVING and (booking.total, booking.currency) != (payment.amount, payment.currency):
        yield f"booking {booking.id} costs {booking.total}, its payment is of {payment.amount}."


def _ledger_of(payment: PaymentRow, rows: Rows, findings: Findings) -> None:
    ledger = rows.entered(payment.id)
    given_back = sum((refund.amount for refund in rows.refunds_of.get(payment.id, ())), Decimal(0))
    expected = (payment.captured, payment.refunded, Decimal(0), payment.refunded)
    if (ledger.captured, ledger.refunded, ledger.balance, given_back) != expected:
        findings.add(
            "money",
            f"{payment.in_words}; the ledger has {ledger.captured} captured, {ledger.refunded} given back,"
            f" and is out of balance by {ledger.balance}.",
        )


def _unrecorded(rows: Rows, authorisations: Mapping[str, Authorisation], findings: Findings) -> None:
    """What the processor and the payments know without each other."""
    known = {payment.authorisation: payment for payment in rows.payments.values() if payment.is_at_processor}
    for identity, payment in known.items():
        if identity not in authorisations:
            findings.add(
                "money", f"payment {payment.id} names {identity}, which the processor does not know."
            )
    for authorisation in authorisations.values():
        found = known.get(authorisation.id)
        if found is None:
            if not authorisation.is_voided:
                findings.add(
                    "duplicated", f"{authorisation.id} ({authorisation.key}) holds money for no payment."
                )
        elif sentence := _difference(found, authorisation, rows):
            findings.add("money", sentence)


def _difference(payment: PaymentRow, authorisation: Authorisation, rows: Rows) -> str | None:
    ours = (payment.amount, payment.currency, payment.captured, payment.refunded, payment.state == "voided")
    theirs = (
        authorisation.amount,
        authorisation.currency,
        authorisation.captured,
        authorisation.refunded,
        authorisation.is_voided,
    )
    refunds = sorted(refund.processor_id for refund in rows.refunds_of.get(payment.id, ()))
    if ours == theirs and refunds == sorted(authorisation.refunds):
        return None
    return (
        f"{payment.in_words}; the processor has {authorisation.captured} of {authorisation.amount} captured,"
        f" {authorisation.refunded} given back{', all voided' if authorisation.is_voided else ''}."
    )


def _money(rows: Rows, books: Mapping[str, Mapping[str, Decimal]], findings: Findings) -> dict[str, Any]:
    """The totals of all books per currency, which must be equal; seeded payments are left out."""
    at_processor = [payment for payment in rows.payments.values() if payment.is_at_processor]
    currencies = {payment.currency for payment in at_processor} | set(books)
    totals: dict[str, Any] = {}
    for currency in sorted(currencies):
        ours = [payment for payment in at_processor if payment.currency == currency]
        by_book = {
            "processor": _of_processor(books.get(currency, {})),
            "ledger": _of_ledger(ours, rows),
            "payments": _of_payments(ours),
            "bookings": _of_bookings(ours, rows),
        }
        totals[currency] = {book: {k: str(v) for k, v in sums.items()} for book, sums in by_book.items()}
        for name in ("captured", "refunded"):
            sums = {book: by_book[book][name] for book in by_book}
            if len(set(sums.values())) > 1:
                said = ", ".join(f"{book} {value}" for book, value in sums.items())
                findings.add("money", f"{currency} {name}: {said}.")
    return totals


def _of_processor(books: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {name: books.get(name, Decimal("0.00")) for name in ("captured", "refunded")}


def _of_ledger(payments: list[PaymentRow], rows: Rows) -> dict[str, Decimal]:
    entered = (rows.entered(payment.id) for payment in payments)
    return _sums((ledger.captured, ledger.refunded) for ledger in entered)


def _of_payments(payments: list[PaymentRow]) -> dict[str, Decimal]:
    return _sums((payment.captured, payment.refunded) for payment in payments)


def _of_bookings(payments: list[PaymentRow], rows: Rows) -> dict[str, Decimal]:
    """What bookings brought in: those that are paid, and those that were cancelled after they were."""
    pairs = ((rows.bookings.get(payment.booking), payment) for payment in payments)
    return _sums(
        (booking.total, booking.total if booking.state == "cancelled" else payment.refunded)
        for booking, payment in pairs
        if booking is not None
        and (booking.state == "paid" or (booking.state == "cancelled" and payment.state == "refunded"))
    )


def _sums(pairs: Iterable[tuple[Decimal, Decimal]]) -> dict[str, Decimal]:
    captured = refunded = Decimal("0.00")
    for taken, given_back in pairs:
        captured, refunded = captured + taken, refunded + given_back
    return {"captured": captured, "refunded": refunded}


def _is_of(stored: str, sent: str) -> bool:
    """Whether a stored key was made from the one that was sent; the shop puts the traveller before it."""
    return stored == sent or stored.endswith(f":{sent}")
