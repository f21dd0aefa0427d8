"""Does a plan, made from source alone, name everything that holds a context back, and nothing else?

The project is not ours and knows nothing of the kit. What blocks was written down by hand from reading it, each place by
its file and the text of its line.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from boundaries.enforcement.recorder.recording import Recording, Row

TORTURE = Path(__file__).parents[2] / "projects" / "torture"

# code, file, what stands on the line.
BLOCKERS = [
    ("BD530", None, ""),
    ("BD531", None, ""),
    # A foreign key inherited from an abstract base, user references, strings, classes, to_field, many-to-many.
    ("BD520", "base/models.py", "changed_by = models.ForeignKey("),
    ("BD520", "people/models.py", 'models.OneToOneField("ticketing.Booking"'),
    ("BD520", "ticketing/models.py", "visitor = models.ForeignKey("),
    ("BD520", "ticketing/models.py", 'performance = models.ForeignKey("stage.Performance"'),
    ("BD520", "ticketing/models.py", "hall = models.ForeignKey(Hall"),
    ("BD520", "ticketing/models.py", "guests = models.ManyToManyField("),
    ("BD520", "ticketing/models.py", "extras = models.ManyToManyField("),
    ("BD520", "ticketing/models.py", "extra = models.ForeignKey(Extra"),
    ("BD520", "ticketing/models.py", "permission = models.ForeignKey(Permission"),
    # A row in two tables, in both directions; classes that only borrow a table.
    ("BD525", "ticketing/models.py", "class GiftBox(Extra)"),
    ("BD525", "press/models.py", "class PressBooking(Booking)"),
    ("BD800", "ticketing/models.py", "class FrequentVisitor(Visitor)"),
    ("BD800", "press/models.py", "class Complimentary(Booking)"),
    # Rows known by content type.
    ("BD524", "ticketing/models.py", "notes = GenericRelation("),
    ("BD524", "ticketing/models.py", "row = GenericForeignKey()"),
    ("BD524", "ticketing/models.py", "kind = models.ForeignKey(ContentType"),
    ("BD524", "press/views.py", "get_for_model(Booking)"),
    # Imports, in both directions; inlines of other people's admin.
    ("BD521", "people/services.py", "from ticketing.services import book"),
    ("BD521", "press/models.py", "from ticketing.models import Booking"),
    ("BD521", "press/views.py", "from ticketing.models import Booking"),
    ("BD521", "stage/admin.py", "from ticketing.admin import BookingInline"),
    ("BD532", "ticketing/admin.py", "from press.admin import NoteInline"),
    ("BD532", "ticketing/models.py", "from people.models import Visitor"),
    ("BD532", "ticketing/models.py", "from stage.models import Extra, Hall"),
    ("BD532", "ticketing/receivers.py", "from stage.models import Performance"),
    # Without an import: a signal without decorator, a loader, SQL, a path back, a task's name, an accessor.
    ("BD533", "people/apps.py", "post_delete.connect("),
    ("BD533", "people/reports.py", "FROM ticketing_booking"),
    ("BD533", "people/reports.py", 'filter(booking__state="paid")'),
    ("BD533", "people/services.py", "current_app.send_task("),
    ("BD533", "people/services.py", "gone.booking_set"),
    ("BD533", "press/views.py", 'load_model("ticketing", "Coupon")'),
    ("BD533", "ticketing/receivers.py", "@receiver(post_save, sender=Performance)"),
    ("BD533", "ticketing/admin.py", 'search_fields = ["visitor__username"'),
    ("BD523", "ticketing/models.py", "class Takings("),
]
HANDLED = {
    '"box_office"."ledger"', "ticketing_audit", "ticketing_bookedextra", "ticketing_booking",
    "ticketing_booking_guests", "ticketing_coupon", "ticketing_desk", "ticketing_giftbox",
}  # fmt: skip

# What else moves, and who stays and means it: kind, file, what it is called.
MOVES = {
    ("task", "ticketing.tasks.remind"), ("task", "box-office-close"),
    ("signal", "booked"), ("receiver", "open_sale of post_save"), ("receiver", "Counter of booked"),
    ("URL", "'basket/'"), ("URL", "'receipt/<int:booking>/'"),
    ("admin page", "Booking"), ("admin page", "Coupon"),
    ("command", "close_box_office"), ("tag library", "ticketing_tags"),
    ("template", "basket.html"), ("static file", "basket.css"), ("fixture", "coupons.json"),
    ("setting", "TICKETING_HOLD_MINUTES"), ("setting", "AUTH_USER_MODEL"),
    ("package", "celery"), ("package", "django"),
    ("file field", "receipt in receipts/"), ("cache key", "ticketing:left:…"),
    ("session key", "basket"), ("use of SECRET_KEY", "signing"),
}  # fmt: skip
DEPENDENTS = {
    ("test module elsewhere", "press/tests.py"),
    ("factory elsewhere", "people/factories.py"),
    ("fixture elsewhere", "theatre/fixtures/demo.json"),
    ("permission elsewhere", "press/views.py"),
    ("cache key elsewhere", "press/views.py"),
    ("template elsewhere", "stage/templates/stage/evening.html"),
    ("dotted path elsewhere", "theatre/urls.py"),
    ("task elsewhere", "theatre/settings.py"),
}


@pytest.fixture(scope="module")
def torture(tmp_path_factory):
    """A copy of the project, with one module in a Python that is not ours."""
    folder = tmp_path_factory.mktemp("torture") / "theatre"
    shutil.copytree(TORTURE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "press" / "tomorrow.py").write_text("try:\n    pass\nexcept ValueError, TypeError:\n    pass\n")
    return folder


def ask(folder, *words):
    """Run the verb without any of the project's variables, so that its settings could not be loaded."""
    done = subprocess.run(
        [sys.executable, "-m", "boundaries", "extract", "ticketing", "plan", *words],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(folder.parent / "cache"),
             "PYTHONPATH": str(TORTURE.parents[2]), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def plan(torture):
    return json.loads(ask(torture, "--json"))["figures"]


def line_of(path, text):
    if path is None:
        return None
    [line] = [
        number
        for number, line in enumerate((TORTURE / path).read_text().splitlines(), start=1)
        if text in line
    ]
    return line


def test_every_blocker_is_found_and_nothing_else(plan):
    wanted = {(code, path, line_of(path, text)) for code, path, text in BLOCKERS}
    found = {(blocker["code"], blocker["path"], blocker["line"]) for blocker in plan["blockers"]}

    assert found - wanted == set(), "more than somebody who read the project knows"
    assert wanted - found == set(), "less than somebody who read the project knows"


def test_each_blocker_has_a_remedy_and_some_a_codemod(plan):
    assert all(blocker["remedy"] for blocker in plan["blockers"])
    assert {kind["code"] for kind in plan["kinds"] if kind["fix"]} >= {"BD520", "BD521"}


def test_the_remedy_of_a_relation_fits_its_kind(plan):
    told = {blocker["what"].split()[0]: blocker["remedy"] for blocker in plan["blockers"]}

    assert "which holds its code" in told["ticketing.Booking.hall"], "to_field"
    assert "as a model" in told["ticketing.Booking.guests"], "a table that Django makes"
    assert "BookedExtra is a model already" in told["ticketing.Booking.extras"], (
        "a table of the project's own"
    )


def test_tables_that_move_include_schemas_and_automatic_ones(plan):
    assert {table["table"] for table in plan["tables"]} == HANDLED


def test_what_moves_beside_tables_is_listed(plan):
    assert {(kind, row["name"]) for kind, rows in plan["moves"].items() for row in rows} == MOVES


def test_who_stays_and_means_it_is_listed(plan):
    assert {(kind, row["path"]) for kind, rows in plan["dependents"].items() for row in rows} == DEPENDENTS


def test_calls_inside_transactions_are_found(plan):
    [call] = plan["transactions"]

    assert (call["path"], call["line"]) == (
        "people/services.py",
        line_of("people/services.py", "book(visitor"),
    )
    assert any("ATOMIC_REQUESTS" in notice for notice in plan["notices"])


def test_those_who_must_agree_are_named_and_effort_is_a_range(plan):
    assert plan["effort"]["owners"] == ["Front of house", "Press office", "Programme"]
    assert 0 < plan["effort"]["low_days"] < plan["effort"]["high_days"]


def test_readiness_tells_what_is_there_what_is_not_and_what_only_people_know(plan):
    ready = {row["what"]: row["ready"] for row in plan["readiness"]}

    assert ready["an owner is named in the map"] is True
    assert ready["it has a door"] is False
    assert ready["sessions and signed values go on being understood"] is None
    assert {row["what"] for row in plan["bill"]} >= {"databases", "secrets", "on call", "storage", "cache"}


def test_the_project_is_not_run_and_a_file_that_cannot_be_parsed_is_named(plan, torture):
    assert plan["evidence"] == "source"
    assert any("press/tomorrow.py" in notice for notice in plan["notices"])
    assert not list(torture.rglob("__pycache__")), "nothing of it was imported"


def test_the_text_is_one_screen_and_the_details_are_on_request(torture, plan):
    short, long = ask(torture), ask(torture, "--details")

    assert len(short.splitlines()) <= 66
    assert short.startswith(f"Plan for ticketing: {len(plan['blockers'])} blockers.")
    assert all(blocker["what"] in long for blocker in plan["blockers"])


def test_progress_is_told_against_the_last_plan_that_did_not_ask_for_it(torture, tmp_path):
    project = tmp_path / "theatre"
    shutil.copytree(torture, project)
    assert "nothing to compare with" in ask(project, "--diff")
    before = json.loads(ask(project, "--json"))["figures"]["blockers"]
    models = project / "ticketing" / "models.py"
    # A line more on top, so that every blocker has another line; one blocker less.
    text = "\n" + models.read_text().replace(
        "    permission = models.ForeignKey(Permission, on_delete=models.CASCADE)\n", ""
    )
    models.write_text(text)

    told = json.loads(ask(project, "--diff", "--json"))["figures"]["progress"]

    assert (told["before"], told["now"]) == (len(before), len(before) - 1)
    assert [one["code"] for one in told["gone"]] == ["BD520"]
    assert told["new"] == []
    text = f"{len(before)} blockers then, {len(before) - 1} now"
    assert text in ask(project, "--diff"), "asked again, it is still told"


def test_what_only_running_code_shows_comes_from_a_record(torture, tmp_path):
    line = line_of("people/services.py", "book(visitor")
    recording = Recording()
    recording.add(
        Row(kind="transaction", path="people/services.py", line=line, source="people.services:join",
            source_context="people", target_context="ticketing", target="ticketing.Booking", access="write")
    )  # fmt: skip
    recording.append_to(tmp_path / "record.jsonl")

    told = json.loads(ask(torture, "--json", "--record", str(tmp_path / "record.jsonl")))["figures"]

    assert {call["evidence"] for call in told["transactions"]} == {"static", "runtime"}
    assert ("BD533", line) in {(blocker["code"], blocker["line"]) for blocker in told["blockers"]}
