"""Does a project that the kit has never seen go all the way, and back, and there again, while its readers notice nothing?"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
import urllib3

from tests.journeys.library import Library, new_library
from tests.waiting import wait_for

NEEDED_CALLS = 20
# Generous, since other tests may share the machine; a pause is measured in the rehearsal, not here.
LONGEST_ANSWER_SECONDS = 5.0


@pytest.fixture
def library(servers: Any, tmp_path: Path) -> Iterator[Library]:
    numbers = {"SHADOW_CALLS_NEEDED": str(NEEDED_CALLS), "CHUNK_ROWS": "50"}
    patience = {"BOUNDARIES_SOAK_SECONDS": "0.1", "BOUNDARIES_QUIET_SECONDS": "0"}
    with new_library(tmp_path, servers, **numbers, **patience) as library:
        yield library


class Readers:
    """The process that uses the library over HTTP, and its journal."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.journal = library.folder.parent / "journal.jsonl"
        program = Path(__file__).parent / "readers.py"
        library.start(
            "readers", [sys.executable, str(program), library.environ["MONOLITH_URL"], str(self.journal)]
        )

    def told(self) -> list[dict[str, Any]]:
        """Everything in the journal so far; a line that is being written is left out."""
        text = self.journal.read_text() if self.journal.exists() else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def go_on(self, count: int = 5) -> None:
        """Until they have been told some more."""
        needed = len(self.told()) + count
        wait_for(lambda: len(self.told()) >= needed, seconds=60, what=f"{count} more answers to readers")

    def stop(self) -> list[dict[str, Any]]:
        """End them and return the whole journal."""
        assert self.library.stop("readers") == 0
        return self.told()


@pytest.mark.timeout(400)
def test_given_a_small_project_with_readers_when_fines_move_there_back_and_there_then_nothing_is_lost(
    library: Library,
) -> None:
    library.start_web()
    readers = Readers(library)
    readers.go_on(20)

    steps = {name: library.step(name) for name in ("plan", "scaffold", "provision", "replicate")}
    assert steps["plan"]["figures"]["blockers"] == []
    assert steps["replicate"]["figures"]["rows"] > 0
    library.start_service()
    library.start_follower()
    library.wait_for_follower()
    assert library.step("verify")["figures"]["differences"] == 0
    library.step("shadow")
    wait_for(lambda: _compared(library) >= NEEDED_CALLS, seconds=90, what="enough compared answers")
    assert _mismatches(library) == []
    assert library.step("switch-reads")["figures"]["mismatches"] == 0
    readers.go_on()

    _switch(library, readers, "switch-writes", to="service")
    paid = _pay_a_cent(library, readers)
    _switch(library, readers, "rollback", to="monolith")
    assert _pay_a_cent(library, readers) == paid + 1
    _switch(library, readers, "switch-writes", to="service")
    assert library.step("verify")["figures"]["differences"] == 0
    library.step("complete", "--yes=fines")
    readers.go_on(10)

    told = readers.stop()
    print(
        "XX", len(told), sorted(line["seconds"] for line in told)[-8:], Counter(line["name"] for line in told)
    )
    assert [line for line in told if not line["ok"]] == []
    assert max(line["seconds"] for line in told) < LONGEST_ANSWER_SECONDS
    _assert_books_are_right(library, told)
    assert library.stop("follow") == 0


def _switch(library: Library, readers: Readers, step: str, *, to: str) -> None:
    readers.go_on()
    told = library.step(step, "--yes=fines", "--reason", "the journey")
    assert (told["result"], told["figures"]["owner"]) == ("ok", to)
    assert library.open_sides() == [to]
    readers.go_on(10)


def _pay_a_cent(library: Library, readers: Readers) -> int:
    """Pay through the facade, and find it at the owner; the cents paid so far."""
    body = json.dumps({"amount": "0.01"})
    fine = library.environ.setdefault("CENT_FINE", str(_fine_of_a_new_loan(library)))
    answer = urllib3.request(
        "POST",
        f"{library.environ['MONOLITH_URL']}/fines/{fine}/pay",
        body=body,
        headers={"Idempotency-Key": f"cent {readers.told()[-1]['at']}"},
    )
    assert answer.status == 200, answer.data
    (owner,) = library.open_sides()
    with psycopg.connect(library.url(owner)) as session:
        row = session.execute("SELECT count(*) FROM fines_payment WHERE fine_id = %s", [fine]).fetchone()
    assert row is not None
    return int(row[0])


def _fine_of_a_new_loan(library: Library) -> int:
    url = library.environ["MONOLITH_URL"]
    loan = urllib3.request("POST", f"{url}/loans/", body='{"book": 9, "reader": 9}').json()["loan"]
    fine: int = urllib3.request("POST", f"{url}/loans/{loan}/return", body='{"days_late": 30}').json()[
        "fine"
    ]["id"]
    return fine


def _compared(library: Library) -> int:
    with psycopg.connect(library.url("monolith")) as session:
        row = session.execute(
            "SELECT coalesce(sum(calls), 0) FROM boundaries_facades_shadow_tally"
        ).fetchone()
    return int(row[0]) if row else 0


def _mismatches(library: Library) -> list[tuple[Any, ...]]:
    with psycopg.connect(library.url("monolith")) as session:
        return session.execute(
            "SELECT operation, differences, count FROM boundaries_facades_mismatch"
        ).fetchall()


def _assert_books_are_right(library: Library, told: list[dict[str, Any]]) -> None:
    """Every fine and payment that readers were told of is there once, by the journal and the tables alone."""
    charged = Counter(line["answer"]["fine"]["id"] for line in told if line["name"] == "return")
    payments = Counter(line["answer"]["fine"]["id"] for line in told if line["name"] == "pay")
    assert set(charged.values()) == {1}
    with psycopg.connect(library.url("service")) as session:
        rows = session.execute(
            "SELECT f.id, f.paid, count(p), coalesce(sum(p.amount), 0) FROM fines_fine f"
            " LEFT JOIN fines_payment p ON p.fine_id = f.id WHERE f.reader <> 9 GROUP BY f.id"
        ).fetchall()
    assert {row[0] for row in rows} == set(charged)
    for fine, paid, count, amount in rows:
        assert (count, paid, amount) == (
            payments[fine],
            payments[fine] * Decimal("0.20"),
            payments[fine] * Decimal("0.20"),
        )
