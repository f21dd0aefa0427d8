"""Do tables whose changes were not logged get across, wherever the follower is killed while it sees to them?"""

from __future__ import annotations

import json

import psycopg
import pytest

from tests.crashes.conftest import CrashAt, points_of, some_nightly
from tests.crashes.traffic import SIDES, traffic
from tests.journeys.library import Library
from tests.waiting import wait_for

GATE = "no table waits to be copied again"
LATCHES = "SELECT c.oid::regclass FROM pg_class c WHERE relkind = 'S' AND starts_with(relname, 'boundaries_latch_fines_')"


def mark(library: Library, side: str) -> None:
    """Log nothing of any table, as triggers do when the log is full."""
    with psycopg.connect(library.url(side), autocommit=True) as session:
        session.execute(f"SELECT setval(l.oid, 1) FROM ({LATCHES}) AS l (oid)")


def is_marked(library: Library) -> bool:
    """Whether any table is still not logged."""
    query = f"SELECT count(*) FROM ({LATCHES}) AS l (oid) WHERE pg_sequence_last_value(l.oid) = 1"
    found = 0
    for side in SIDES:
        with psycopg.connect(library.url(side)) as session:
            row = session.execute(query).fetchone()
            found += row[0] if row else 0
    return found > 0


class TestAMarkedTable:
    def test_is_named_by_status_and_doctor_and_keeps_verify_and_the_switch_back(
        self, following: Library
    ) -> None:
        library = following
        library.stop("follow")
        mark(library, "monolith")

        refused = json.loads(library.run("extract", "fines", "verify", "--json").stdout)["error"]["facts"]
        gates = json.loads(library.run("extract", "fines", "--json").stdout)["gates"]

        assert refused["gate"] == GATE
        assert "fines_fine" in refused["figure"]
        assert [gate["passed"] for gate in gates if gate["name"] == GATE] == [False]
        assert "to be copied again" in library.run("extract", "fines").stdout
        assert f"{GATE}: no. " in library.run("doctor").stdout


class TestResync:
    @pytest.mark.parametrize("point", some_nightly(points_of("resync"), keep=1))
    @pytest.mark.parametrize("side", ["monolith", pytest.param("service", marks=pytest.mark.nightly)])
    def test_given_traffic_that_is_not_logged_when_it_is_killed_then_the_next_one_copies_it(
        self, point: str, side: str, following: Library, crash_at: CrashAt
    ) -> None:
        library = following
        if side == "service":
            library.step("switch-writes", "--yes=fines")
        with traffic(library) as seen:
            seen.wait_for_writes_at(side)
            library.stop("follow")
            mark(library, side)
            seen.wait_for_writes_at(side)
            environ = {**library.environ, "DJANGO_SETTINGS_MODULE": "library.settings"}
            crash_at(point, library.argv("follow"), env=environ, cwd=library.folder)
            seen.wait_for_writes_at(side)
            library.start_follower()
            wait_for(lambda: not is_marked(library), what="the tables to be logged again")
            library.wait_for_follower()
            seen.wait_for_writes_at(side)

        seen.assert_nothing_lost_or_doubled()
