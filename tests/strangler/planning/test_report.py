"""Does a plan say what a reader needs, in figures and in words?"""

import json
from dataclasses import replace

from boundaries.strangler.planning.estimate import Rates, estimate
from boundaries.strangler.planning.facts import DatabaseFacts, Place
from boundaries.strangler.planning.report import build_plan
from boundaries.strangler.planning.text import render_plan

from .facts import FREE, TABLE, crossing, related, stored


def test_a_free_context_is_told_to_be_scaffolded():
    plan = build_plan(FREE)

    assert plan["blockers"] == []
    assert plan["todo"] == ["Run `boundaries extract pay scaffold`."]
    assert (plan["rows"], plan["bytes"]) == (1_000, 200_000)
    assert "Plan for pay: nothing blocks." in render_plan(plan)


def test_a_blocked_one_is_told_what_to_do_first_and_how_often():
    relation = related("relation").relations[0]
    plan = build_plan(
        replace(FREE, relations=(relation, replace(relation, place=Place("shop/pay/models.py", 9))))
    )

    assert plan["todo"][0].endswith("(BD520, 2 places).")
    assert plan["todo"][-1] == "Run `boundaries extract pay plan` again."
    text = render_plan(plan)
    assert "2 blockers" in text
    assert "shop/pay/models.py:9: pay.Bill.payer has a foreign key to people.Person of people." in text


def test_it_is_json_and_the_same_each_time():
    facts = crossing("lookup")

    assert json.dumps(build_plan(facts)) == json.dumps(build_plan(facts))


def test_couplings_are_counted_by_direction():
    plan = build_plan(crossing("lookup", incoming=False))

    assert plan["couplings"]["outgoing"] == {"lookup": 1}
    assert plan["couplings"]["incoming"] == {}


def test_a_silent_database_is_named_and_its_figures_are_not_invented():
    silent = replace(
        FREE,
        database=DatabaseFacts("postgresql", problem="connection refused"),
        tables=(replace(TABLE, stored=None),),
    )
    plan = build_plan(silent)

    assert plan["database"] == "connection refused"
    assert plan["tables"][0]["rows"] is None
    assert any("connection refused" in notice for notice in plan["notices"])


def test_what_has_to_go_before_the_end_is_noticed():
    assert build_plan(crossing("template"))["notices"] == [
        "Couplings to be gone before `complete`: 1 by template."
    ]


def test_what_the_source_does_not_tell_is_counted():
    [notice] = build_plan(replace(FREE, unresolved={"lookup": 1_200, "import": 0}))["notices"]

    assert "1,200 by lookup" in notice
    assert "import" not in notice


class TestEstimate:
    def test_is_bound_by_rows_or_by_bytes_whichever_takes_longer(self):
        rates = Rates(
            backfill_rows_per_second=100,
            verify_rows_per_second=1_000,
            bytes_per_second=100_000,
            seconds_per_table=0,
        )

        narrow = estimate(stored(rows=1_000, bytes=1_000).tables, rates=rates)
        wide = estimate(stored(rows=10, bytes=1_000_000).tables, rates=rates)

        assert (narrow["replicate_seconds"], narrow["verify_seconds"]) == (10.0, 1.0)
        assert (wide["replicate_seconds"], wide["verify_seconds"]) == (10.0, 10.0)

    def test_says_that_it_is_one(self):
        assert "Estimates" in estimate(FREE.tables)["note"]

    def test_is_made_from_measured_rates_where_there_are_some(self):
        made = estimate(
            stored(rows=1_000, bytes=900_000_000).tables, measured={"backfill_rows_per_second": 100}
        )

        assert made["replicate_seconds"] == 10.5, "ten seconds of rows, half a second for the table"
        assert made["verify_seconds"] > 40, "what was not measured is guessed"
        assert made["measured"] == ["backfill_rows_per_second"]
