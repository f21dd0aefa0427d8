"""How do the facts look on a terminal?"""

from __future__ import annotations

from collections.abc import Sequence

from boundaries.watch.facts import ContextFacts, Follower, Overview

_COLUMNS = (
    "context",
    "owner team",
    "queries",
    "writes",
    "extraction",
    "follower",
    "waiting",
    "dead",
    "mismatches",
)


def show(facts: Overview) -> str:
    """A table of the contexts, then a line for each thing that a person should look at."""
    rows = [_COLUMNS, *(_row(context) for context in facts.contexts)]
    return "\n".join([*_table(rows), "", *(_attention(facts) or ["Nothing needs attention."])])


def follower_text(follower: Follower) -> str:
    """The follower in a few words."""
    if not follower.is_wanted:
        return "-"
    if follower.age_seconds is None:
        return "never started"
    if follower.error:
        return f"error: {follower.error.rstrip('.')}"
    if follower.age_seconds < 0 and follower.is_missing:
        return f"reported {duration(-follower.age_seconds)} ahead of the database's clock"
    if follower.is_missing:
        return f"silent for {duration(follower.age_seconds)}"
    return f"copying again {follower.resync}" if follower.resync else f"{follower.lag_rows or 0:,} behind"


def duration(seconds: float) -> str:
    """A time span, no more exact than anybody needs."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} days"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _row(context: ContextFacts) -> tuple[str, ...]:
    extraction = context.extraction
    return (
        context.name,
        context.owner_team or "-",
        f"canary {context.percent:g} %" if context.queries == "canary" else context.queries,
        context.writes,
        (extraction.under_way and f"{extraction.under_way} ...") or extraction.reached or "-"
        if extraction
        else "-",
        follower_text(extraction.follower) if extraction else "-",
        f"{context.mail.pending:,}",
        f"{context.mail.dead:,}",
        f"{context.comparison.mismatches:,}",
    )


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _attention(facts: Overview) -> list[str]:
    lines = [
        f"{context.name} is HALTED, nobody may write: {context.halted}. `boundaries extract {context.name} recover`"
        for context in facts.halted
    ]
    lines += [
        f"{context.name} DIFFERS between its sides: {context.extraction.follower.differences}."
        f" `boundaries extract {context.name} verify`"
        for context in facts.differing
        if context.extraction
    ]
    lines += [
        f"{context.name} is not followed: start `boundaries follow` under your process supervisor."
        for context in facts.unfollowed
        if not context.halted
    ]
    if facts.dead_letters:
        lines.append(f"Dead letters: {facts.dead_letters:,}. `boundaries outbox status` lists them.")
    if facts.stuck_sagas:
        lines.append(
            f"Sagas that wait for a person: {facts.stuck_sagas:,}. `boundaries saga list --state NEEDS_ATTENTION`"
        )
    if facts.mismatches:
        lines.append(f"Answers that differed: {facts.mismatches:,}. They are in the admin under mismatches.")
    return lines
