"""Was everything as it must be?

Each check judges one thing and says what it saw in a sentence of its own. What was not measured is not good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from boundaries.strangler.rehearsal.measurement import Measurements
from boundaries.strangler.rehearsal.pause import longest_stall_ms

JOURNEY = (
    "plan",
    "scaffold",
    "provision",
    "replicate",
    "verify",
    "shadow",
    "switch-reads",
    "switch-writes",
    "rollback",
    "switch-writes",
    "complete",
)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the summary."""

    name: str
    ok: bool
    sentence: str


def check_all(measured: Measurements) -> list[Check]:
    """Every check, in the order in which a reader wants them."""
    return [check(measured) for check in CHECKS]


def whole_journey(measured: Measurements) -> Check:
    """Every step was taken, in order, and went well."""
    bad = [
        f"{step.name} {step.result}: {step.detail}".rstrip(".: ")
        for step in measured.steps
        if step.result != "ok"
    ]
    remaining = iter(step.name for step in measured.steps if step.result == "ok")
    missing = [name for name in JOURNEY if name not in remaining]
    if bad or missing:
        said = [*bad, *(f"{missing[0]} was not reached" for _ in missing[:1])]
        return Check("whole_journey", False, f"The journey was not whole: {'; '.join(said)}.")
    return Check("whole_journey", True, f"All {len(measured.steps)} steps went well, both ways.")


def no_failed_request(measured: Measurements) -> Check:
    """Nobody saw an error."""
    requests = measured.journal.requests
    failed = [request for request in requests if request.failed]
    if not requests:
        return Check("no_failed_request", False, "The load made no requests.")
    if failed:
        kinds = ", ".join(sorted({f"{request.name}: {request.failure or 'failed'}" for request in failed}))
        return Check("no_failed_request", False, f"{_count(len(failed), 'request')} failed ({kinds}).")
    return Check("no_failed_request", True, f"None of {len(requests):,} requests failed.")


def nothing_lost(measured: Measurements) -> Check:
    """Whatever was acknowledged is there."""
    audit, name = measured.audit, "nothing_lost"
    told = sum(request.acknowledged for request in measured.journal.requests)
    if audit is None:
        return Check(name, False, "Nobody looked whether acknowledged writes are still there.")
    if audit.lost:
        return Check(
            name, False, f"{_count(audit.lost, 'acknowledged write')} of {audit.acknowledged:,} lost."
        )
    if audit.acknowledged == 0 or audit.acknowledged != told:
        looked = f"The audit looked for {audit.acknowledged:,} writes, the load was told of {told:,}."
        return Check(name, False, looked)
    return Check(name, True, f"All {audit.acknowledged:,} acknowledged writes are there.")


def nothing_duplicated(measured: Measurements) -> Check:
    """Nothing happened twice."""
    audit, name = measured.audit, "nothing_duplicated"
    if audit is None:
        return Check(name, False, "Nobody looked for writes that happened twice.")
    if audit.duplicated:
        return Check(name, False, f"{_count(audit.duplicated, 'write')} happened twice.")
    return Check(name, True, "No write happened twice.")


def money_conserved(measured: Measurements) -> Check:
    """All books have the same sums."""
    audit, name = measured.audit, "money_conserved"
    if audit is None:
        return Check(name, False, "Nobody added up the money.")
    if not audit.is_money_conserved:
        return Check(name, False, "The money is not conserved: the books have different sums.")
    return Check(name, True, "The money is conserved: all books have the same sums.")


def nothing_disagrees(measured: Measurements) -> Check:
    """The audit has nothing to say."""
    audit, name = measured.audit, "nothing_disagrees"
    if audit is None:
        return Check(name, False, "Nobody compared the databases.")
    if audit.discrepancies:
        first = audit.discrepancies[0].rstrip(".")
        return Check(
            name, False, f"The audit found {_count(len(audit.discrepancies), 'thing')}, the first: {first}."
        )
    return Check(name, True, "The databases agree with each other.")


def copy_verified(measured: Measurements) -> Check:
    """Both sides have the same rows."""
    verification, name = measured.verification, "copy_verified"
    if measured.backfill is None or not measured.backfill.rows:
        return Check(name, False, "No rows were copied.")
    if verification is None or not verification.rows_compared:
        return Check(name, False, "No rows were compared.")
    if verification.differences:
        verb = "differs" if verification.differences == 1 else "differ"
        rows = f"{verification.differences:,} of {verification.rows_compared:,} rows"
        return Check(name, False, f"{rows} {verb} between the sides.")
    return Check(name, True, f"{verification.rows_compared:,} rows compared, none differs.")


def answers_agree(measured: Measurements) -> Check:
    """Both sides answer alike."""
    shadow, name = measured.shadow, "answers_agree"
    if shadow is None or not shadow.calls:
        return Check(name, False, "No calls were answered by both sides.")
    if shadow.mismatches:
        return Check(
            name, False, f"{shadow.mismatches:,} of {shadow.calls:,} calls were answered differently."
        )
    return Check(name, True, f"{shadow.calls:,} calls answered by both sides, all alike.")


def pauses_short(measured: Measurements) -> Check:
    """Nobody who was writing at the switch had to wait long."""
    name = "pauses_short"
    there, back = measured.pauses("switch"), measured.pauses("rollback")
    if len(there) < JOURNEY.count("switch-writes") or not back:
        return Check(name, False, "Not all write pauses were measured.")
    if any(not pause.during.count or not pause.baseline.count for _, pause in [*there, *back]):
        return Check(name, False, "Nobody was writing around a switch, so its pause is not known.")
    worst = max((pause for _, pause in there), key=lambda pause: pause.excess_ms)
    figures = f"{worst.during.max:,.0f} against {worst.baseline.max:,.0f}"
    said = f"{worst.excess_ms:,.0f} ms longer than before it ({figures})"
    if worst.excess_ms >= measured.limits.pause_excess_ms:
        return Check(
            name,
            False,
            f"At the switch a write took {said}; {measured.limits.pause_excess_ms:,.0f} is the limit.",
        )
    if worst.excess_ms <= 0:
        return Check(name, True, "At the switch no write took longer than before it.")
    return Check(name, True, f"At the switch the longest write took {said}.")


def no_stall(measured: Measurements) -> Check:
    """At no time did everybody wait."""
    name = "no_stall"
    if not measured.journal.requests:
        return Check(name, False, "Nobody was there who could have been kept waiting.")
    for kind, requests in (("nobody", measured.journal.requests), ("no writer", measured.journal.writes)):
        stall = longest_stall_ms(requests)
        if stall >= measured.limits.stall_ms:
            return Check(name, False, f"For {stall:,.0f} ms {kind} got an answer.")
    return Check(name, True, "There was no moment in which everybody had to wait.")


def load_all_along(measured: Measurements) -> Check:
    """The load began before the first step and ended after the last."""
    journal, steps, name = measured.journal, measured.steps, "load_all_along"
    if journal.started_at is None or journal.ended_at is None or not steps:
        return Check(name, False, "The load did not say when it began and ended, or no step was taken.")
    first, last = min(s.started_at for s in steps), max(s.started_at + s.seconds for s in steps)
    if not journal.started_at < first or not journal.ended_at > last:
        return Check(name, False, "The load did not go on from before the first step until after the last.")
    return Check(name, True, "The load went on from before the first step until after the last.")


def load_heavy_enough(measured: Measurements) -> Check:
    """What was offered is the wanted share of the capacity, and was sent."""
    load, name = measured.load, "load_heavy_enough"
    if load is None or load.capacity_rps <= 0:
        return Check(name, False, "The capacity was not measured.")
    share = load.offered_rps / load.capacity_rps
    if not measured.limits.lowest_load <= round(share, 3) <= measured.limits.highest_load:
        wanted = f"{measured.limits.lowest_load:.0%} to {measured.limits.highest_load:.0%}"
        return Check(name, False, f"The load was {share:.0%} of the capacity instead of {wanted}.")
    sent = achieved_rps(measured)
    if sent < measured.limits.lowest_achieved * load.offered_rps:
        return Check(
            name, False, f"Only {sent:.1f} of the {load.offered_rps:.1f} requests a second were made."
        )
    return Check(
        name, True, f"The load was {share:.0%} of the capacity of {load.capacity_rps:.0f} requests a second."
    )


def stands_alone(measured: Measurements) -> Check:
    """Nothing of the move is left, and the old tables are out of the way; says how long nobody had to wait for that."""
    name, departure = "stands_alone", measured.departure
    if measured.soak_seconds_required is None:
        return Check(name, False, "The move was not completed.")
    if departure is None:
        return Check(
            name, False, "The code was not taken out, so that nobody knows whether the project stands alone."
        )
    if departure.left_behind or not departure.tables_retired:
        said = ", ".join(departure.left_behind[:3]) or "the old tables are not retired"
        return Check(name, False, f"Something of the move is left: {said}.")
    soaked = f"after a soak time of {measured.soak_seconds_required:g} s, which only a rehearsal may have"
    tables = _count(len(departure.tables_retired), "table")
    return Check(
        name,
        True,
        f"The move was completed {soaked}; {tables} retired, {_count(departure.files_deleted, 'file')} deleted.",
    )


CHECKS: Sequence[Callable[[Measurements], Check]] = (
    whole_journey,
    no_failed_request,
    nothing_lost,
    nothing_duplicated,
    money_conserved,
    nothing_disagrees,
    copy_verified,
    answers_agree,
    pauses_short,
    no_stall,
    load_all_along,
    load_heavy_enough,
    stands_alone,
)


def achieved_rps(measured: Measurements) -> float:
    """Requests a second from the first that was due to the last answer."""
    requests = measured.journal.requests
    if not requests:
        return 0.0
    span = requests[-1].ended - min(request.due for request in requests)
    return round(len(requests) / span, 2) if span > 0 else 0.0


def failing(checks: Sequence[Check]) -> Iterator[str]:
    """The sentences of those that are not good."""
    return (check.sentence for check in checks if not check.ok)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
