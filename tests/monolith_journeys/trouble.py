"""What goes wrong in a rehearsal that must come out red?

python -m tests.monolith_journeys.trouble dropped-commit AUDIT-ARGUMENTS ...
python -m tests.monolith_journeys.trouble stall
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import psycopg

STALL_SECONDS = 1.0
JOURNEY = "_rehearsal_2"  # the stand of the journey; the one before it only measures
BEGUN = (
    "SELECT count(*) FROM boundaries_strangler_step_run WHERE step = 'replicate' AND finished_at IS NOT NULL"
)


def dropped_commit(arguments: list[str]) -> None:
    """Lose one payment that its traveller was told of, then let the audit look."""
    owner_url = arguments[arguments.index("--payments-database") + 1]
    name = urlsplit(owner_url).path.lstrip("/")
    candidates = (os.environ["BOUNDARIES_MOVER_URL"], os.environ["PAYMENTS_DATABASE_URL"])
    mover = next(url for url in candidates if urlsplit(url).path.lstrip("/") == name)
    with psycopg.connect(mover) as connection:
        connection.execute("SELECT set_config('role', pg_get_userbyid(datdba), false) FROM pg_database WHERE datname = current_database()")  # fmt: skip
        lost = connection.execute(
            "SELECT id FROM payments_payment WHERE id = ANY(%s) LIMIT 1", [_told(arguments)]
        ).fetchone()
        assert lost, "nobody has booked"
        for table, column in (("refund", "payment_id"), ("ledgerentry", "payment_id"), ("payment", "id")):
            connection.execute(f"DELETE FROM payments_{table} WHERE {column} = %s", lost)
    sys.argv = ["audit", *arguments]
    runpy.run_module("monolith.traffic.audit", run_name="__main__")


def _told(arguments: list[str]) -> list[UUID]:
    """The payments of all bookings that were acknowledged, from the journal of the load."""
    journal = Path(arguments[arguments.index("--journal") + 1])
    lines = (json.loads(line) for line in journal.read_text().splitlines())
    return [
        UUID(line["told"]["payment"])
        for line in lines
        if line["line"] == "request" and line["name"] == "book" and line["acknowledged"]
    ]


def stall() -> None:
    """Stop the web server for a second, once, in the middle of the journey; then do nothing for ever."""
    if urlsplit(os.environ["DATABASE_URL"]).path.endswith(JOURNEY):
        _wait_for_the_copy()
        group = _group_of_web_server()
        os.killpg(group, signal.SIGSTOP)
        time.sleep(STALL_SECONDS)
        os.killpg(group, signal.SIGCONT)
    while True:
        time.sleep(3600)


def _wait_for_the_copy() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        while connection.execute(BEGUN).fetchone() == (0,):
            time.sleep(0.2)


def _group_of_web_server() -> int:
    """The process group of whoever listens at MONOLITH_URL, by its command line."""
    port = f":{urlsplit(os.environ['MONOLITH_URL']).port}"
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        words = path.read_bytes().split(b"\0")
        if any(word.endswith(port.encode()) for word in words) and b"--bind" in words:
            return os.getpgid(int(path.parent.name))
    raise SystemExit(f"nobody was started with --bind {port}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["dropped-commit", *arguments]:
            dropped_commit(arguments)
        case ["stall"]:
            stall()
