"""How do the figures of a move look on a terminal?"""

from __future__ import annotations

from typing import Any

from boundaries.strangler.continuous import Outstanding, say_outstanding
from boundaries.strangler.health import say_resync

HEADS = ("table", "rows", "size", "copied", "left", "waiting")
_UNITS = ("B", "kB", "MB", "GB", "TB")


def show(facts: dict[str, Any]) -> None:
    """Print what `status` knows beyond the steps; nothing before `replicate`."""
    if facts["live"]:
        told = [f"{label}: {text}" for label, text in lines(facts)]
        print("\n".join(f"  {line}" for line in (*told, "", *_aligned(facts["live"]["tables"]), "")))


def lines(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """What there is to say of a move that is followed: the matter, and how it stands."""
    live, follower, log = facts["live"], facts["follower"], facts["live"]["log"]
    lag = "unknown" if live["lag_seconds"] is None else f"{live['lag_seconds']:.1f} s"
    hidden = "hidden from the mover (GRANT pg_read_all_stats, see provision --print-grants)"
    found = [
        ("lag", f"{lag}, {log['entries']:,} changes in a log of {size_text(log['bytes'])}"),
        ("applied", f"{follower.get('rows_per_second', 0):,} rows/s"),
        (
            "oldest transaction",
            hidden if live["sessions_hidden"] else session_text(live["oldest_transaction"]),
        ),
        ("longest wait for a lock", session_text(live["longest_lock_wait"])),
        ("verify", verify_text(facts)),
        ("pause of a switch", pause_text(facts)),
    ]
    if resync := say_resync(log["marked"], follower.get("resync")):
        found.insert(1, ("to be copied again", resync))
    return [*found, *_map_line(facts["map"])]


def rows(tables: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Each table: its name, rows, size, and what is copied, left and waiting."""
    return [
        (each["table"], f"{each['rows']:,}", size_text(each["bytes"] or 0), *(f"{each[name]:,}" for name in HEADS[3:]))
        for each in tables
    ]  # fmt: skip


def verify_text(facts: dict[str, Any]) -> str:
    """What was compared when, and what was found."""
    last, running = facts["verify"], facts["verify"]["continuous"]
    if last["age_seconds"] is None:
        text = "never run"
    else:
        text = f"{ago(last['age_seconds'])}, {last['differences']:,} differences in {last['rows_compared']:,} rows"
    if running["differences"]:
        found = Outstanding(running["differences"], running["shown"])
        return f"{text}; SINCE THEN FOUND by the follower: {say_outstanding(found)}"
    if running["age_seconds"] is not None:
        return f"{text}; all {running['rows_compared']:,} compared again by the follower {ago(running['age_seconds'])}"
    return (
        f"{text}; {running['rows_under_way']:,} rows compared again so far"
        if running["rows_under_way"]
        else text
    )


def pause_text(facts: dict[str, Any]) -> str:
    """How long writers would wait, as far as it is known."""
    pause, writer = facts["pause"], facts["live"].get("oldest_writer")
    if pause["window_ms"] is None:
        text = f"not measured (boundaries extract {facts['context']} switch-writes --rehearse)"
    else:
        text = f"about {pause['window_ms']:.0f} ms, as last measured"
    text += f"; a writer waits {pause['waits_at_most_ms']:,} ms at most for an attempt"
    if writer and writer["seconds"] * 1000 > pause["waits_at_most_ms"]:
        text += f"; NOT NOW: {session_text(writer)} has written and is still open"
    return text


def session_text(session: dict[str, Any] | None) -> str:
    """Whose session, for how long."""
    if session is None:
        return "none"
    return f"{session['seconds']:.1f} s (pid {session['pid']}, {session['role']}, {session['application'] or 'unnamed'})"


def size_text(count: int) -> str:
    """Bytes in a unit that people read."""
    size = float(count)
    for unit in _UNITS[:-1]:
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} {_UNITS[-1]}"


def ago(seconds: float) -> str:
    """How long ago."""
    for unit, each in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * each:
            return f"{seconds / each:.0f} {unit} ago"
    return f"{seconds:.0f} s ago"


def _map_line(declared: dict[str, Any]) -> list[tuple[str, str]]:
    if declared["state"] == "moving":
        return []
    said = f'it says state = "{declared["state"]}" ({declared["place"]})'
    return [
        (
            "map",
            f'{said}: write state = "moving" (status --write-map), so that `manage.py check` guards migrations',
        )
    ]


def _aligned(tables: list[dict[str, Any]]) -> list[str]:
    found = [HEADS, *rows(tables)]
    widths = [max(len(row[column]) for row in found) for column in range(len(HEADS))]
    return [
        f"{row[0]:<{widths[0]}}  "
        + "  ".join(f"{text:>{width}}" for text, width in zip(row[1:], widths[1:], strict=True))
        for row in found
    ]
