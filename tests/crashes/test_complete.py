"""Does `complete` end the move wherever it is killed, and leave both databases as if there had been none?"""

from __future__ import annotations

import re

import psycopg
import pytest

from tests.crashes.conftest import CrashAt, Stand, points_of, some_nightly
from tests.crashes.test_kill import BACK, FORTH, kill
from tests.crashes.traffic import traffic
from tests.journeys.library import Library
from tests.strangler.catalogue import catalogue, difference

COMPLETE = ("complete", "--yes=fines")
WITHOUT_SOAKING = {"BOUNDARIES_SOAK_SECONDS": "0.1", "BOUNDARIES_QUIET_SECONDS": "0"}


@pytest.fixture
def switched(following: Library) -> Library:
    """The service owns the writes, and both sides were equal just now."""
    following.environ |= WITHOUT_SOAKING
    following.step(*FORTH)
    following.step("verify")
    return following


def before(stand: Stand, side: str) -> dict[str, list[str]]:
    """What was in a database before the first `replicate`."""
    database = stand.library.monolith if side == "monolith" else stand.library.service
    return catalogue(database.superuser_url.replace(f"/{database.name}", f"/{database.name}_provisioned"))


class TestComplete:
    @pytest.mark.parametrize("point", some_nightly(points_of("complete"), keep=1))
    def test_given_traffic_when_it_is_killed_then_the_same_command_finishes_and_nothing_is_left(
        self, point: str, switched: Library, stand: Stand, crash_at: CrashAt
    ) -> None:
        library = switched
        with traffic(library) as seen:
            kill(crash_at, point, library, *COMPLETE)
            assert "BD860" in library.extract(*BACK).stderr
            told = library.step(*COMPLETE)
            seen.wait_for_writes_at("service")

        assert told["figures"]["soak_seconds_required"] == 0.1
        assert (seen.errors, seen.findings()) == ([], {})
        assert library.open_sides() == ["service"]
        assert (
            _but_for_ownership(difference(before(stand, "service"), catalogue(library.url("service")))) == []
        )
        left = _but_for_ownership(difference(before(stand, "monolith"), catalogue(library.url("monolith"))))
        assert all("boundaries_left_fines" in line and line.startswith("+") for line in left), left
        assert len(left) == 5  # two triggers on each of two tables, and their function

    def test_given_it_is_done_then_a_stray_writer_gets_a_clear_error_and_every_other_step_too(
        self, switched: Library
    ) -> None:
        library = switched
        library.step(*COMPLETE)

        with psycopg.connect(library.monolith.app_url, autocommit=True) as session:
            for statement in ("DELETE FROM fines_payment", "UPDATE fines_fine SET paid = 0"):
                with pytest.raises(psycopg.DatabaseError) as refused:
                    session.execute(statement)
                assert refused.value.sqlstate == "MG001"
                assert "Call the facade of fines" in (refused.value.diag.message_hint or "")
        for words in (BACK, ("abort", "--yes=fines"), ("replicate",), ("recover",), FORTH):
            assert "BD860" in library.extract(*words).stderr
        assert "not followed any more" in library.run("route", "fines", "local", "--reason", "look").stderr
        assert library.step(*COMPLETE)["result"] == "ok"
        assert "There is no way back" in library.extract().stdout

    def test_given_a_gate_that_does_not_hold_then_nothing_has_happened(self, switched: Library) -> None:
        library = switched
        with psycopg.connect(library.monolith.owner_url, autocommit=True) as session:
            session.execute("CREATE VIEW unpaid AS SELECT id FROM fines_fine WHERE paid = 0")
            with pytest.raises(psycopg.DatabaseError):
                session.execute("DELETE FROM fines_payment")

        refused = {
            "was not confirmed": library.extract("complete"),
            "soak time is over": library.extract(*COMPLETE, BOUNDARIES_SOAK_SECONDS="1000"),
            "Only a rehearsal may do without": library.extract(*COMPLETE, BOUNDARIES_SOAK_SECONDS="0"),
            "fresh": library.extract(*COMPLETE, BOUNDARIES_VERIFY_FRESH_SECONDS="0"),
            "no write was refused by the gate for 16 minutes': the last one": library.extract(
                *COMPLETE, BOUNDARIES_QUIET_SECONDS="960"
            ),
            "view unpaid": library.extract(*COMPLETE),
        }

        assert {reason: reason in done.stderr for reason, done in refused.items()} == dict.fromkeys(
            refused, True
        )
        assert library.step(*BACK)["figures"]["owner"] == "monolith"


class TestAbort:
    def test_leaves_the_monolith_as_it_was_and_the_copy_closed(
        self, unfollowed: Library, stand: Stand
    ) -> None:
        library = unfollowed
        library.step("abort", "--yes=fines")

        assert (
            _but_for_ownership(difference(before(stand, "monolith"), catalogue(library.url("monolith"))))
            == []
        )
        left = _but_for_ownership(difference(before(stand, "service"), catalogue(library.url("service"))))
        assert [line for line in left if not re.search("boundaries_(gate|pass|stray)_fines", line)] == []


def _but_for_ownership(lines: list[str]) -> list[str]:
    """The rows that say where a context is are kept from the application for good."""
    return [line for line in lines if "boundaries_facades_ownership" not in line]
