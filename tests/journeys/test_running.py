"""Does whoever runs a move for weeks see how it stands, and hear of a row that went wrong?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.journeys.library import Library, new_library
from tests.waiting import wait_for


@pytest.fixture(scope="module")
def library(servers: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with new_library(tmp_path_factory.mktemp("running"), servers, BOUNDARIES_VERIFY_SHARE="0.5") as library:
        for step in ("plan", "scaffold", "provision", "replicate"):
            library.step(step)
            if step == "plan":
                charge(library)
        library.start_follower()
        library.wait_for_follower()
        library.step("verify")
        yield library


def charge(library: Library) -> None:
    """Some fines, as the library would charge them."""
    with psycopg.connect(library.monolith.app_url) as session:
        session.execute(
            "INSERT INTO fines_fine (loan_id, reader, amount, paid, charged_at)"
            " SELECT n, n, 1, 0, now() FROM generate_series(1, 40) n"
        )


def status(library: Library) -> dict[str, Any]:
    done = library.extract("--json")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def continuous(library: Library) -> dict[str, Any]:
    found: dict[str, Any] = status(library)["verify"]["continuous"]
    return found


def test_status_says_so_where_the_mover_may_not_see_the_transactions_of_others(library: Library) -> None:
    with psycopg.connect(library.monolith.app_url):
        assert status(library)["live"]["sessions_hidden"] > 0
        assert "hidden from the mover" in library.extract().stdout


def test_status_tells_of_each_table_the_log_and_who_is_in_the_way(library: Library) -> None:
    with psycopg.connect(library.monolith.superuser_url) as somebody:
        somebody.execute(f"GRANT pg_read_all_stats TO {library.monolith.role('owner')}")
    with psycopg.connect(library.monolith.app_url, application_name="a long report") as somebody:
        somebody.execute("UPDATE fines_fine SET reader = reader")
        told = status(library)
        text = library.extract().stdout

    live = told["live"]
    tables = {table["table"]: table for table in live["tables"]}
    assert [tables["fines_fine"][name] for name in ("rows", "copied", "left")] == [40, 40, 0]
    assert live["log"]["bytes"] > 0
    assert live["lag_seconds"] < 30
    assert live["oldest_transaction"]["application"] == "a long report"
    assert live["oldest_writer"]["application"] == "a long report"
    assert told["verify"]["differences"] == 0
    assert told["pause"]["waits_at_most_ms"] == 250
    assert "a long report" in text
    assert "fines_payment" in text


def test_a_row_that_went_wrong_is_found_by_the_follower_and_told_everywhere(library: Library) -> None:
    wait_for(
        lambda: continuous(library)["age_seconds"] is not None, seconds=60, what="a round of the follower"
    )
    with psycopg.connect(library.service.mover_url) as somebody:
        somebody.execute(f"SET ROLE {library.service.role('owner')}")
        somebody.execute(
            "UPDATE fines_fine SET reader = reader + 1000 WHERE id = (SELECT max(id) FROM fines_fine)"
        )

    wait_for(lambda: continuous(library)["differences"], seconds=60, what="the follower to find it")

    found = status(library)
    assert found["verify"]["continuous"]["shown"][0]["fields"] == ["reader"]
    assert "SINCE THEN FOUND by the follower: 1 row that differs: fines_fine" in library.extract().stdout
    assert "rows differ between the sides" in library.log("follow")
    examined = json.loads(library.run("doctor", "--json").stdout)["findings"]
    assert any("the follower has found 1 row that differs: fines_fine" in one["problem"] for one in examined)
