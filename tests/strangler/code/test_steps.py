"""Do `plan` and `scaffold` judge a running project with a real database rightly?"""

import json
import os
import subprocess
import sys

STEPS = """
from boundaries.strangler.gate import GateRefused
from boundaries.strangler.operation import run_step
from boundaries.strangler.models import StepRun

def step(name, **options):
    try:
        return run_step(context="pay", step=name, who="tester", options=options).figures
    except GateRefused as refusal:
        return refusal.render()
"""
PLAN = """
from boundaries.contexts.map import current_map
from boundaries.strangler.planning.gather import gather
from boundaries.strangler.planning.report import build_plan
result = build_plan(gather(current_map(), current_map().context("pay")))
"""
SPOIL = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute('''
        CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
        CREATE TRIGGER audit AFTER INSERT ON pay_bill FOR EACH STATEMENT EXECUTE FUNCTION audit();
        CREATE RULE keep AS ON DELETE TO pay_line DO INSTEAD NOTHING;
        ALTER TABLE pay_bill ENABLE ROW LEVEL SECURITY;
        CREATE TYPE mood AS ENUM ('good', 'bad');
        ALTER TABLE pay_bill ADD COLUMN mood mood, ADD COLUMN moods mood[], ADD COLUMN row_of oid;
        CREATE TABLE audit_trail (bill uuid CONSTRAINT trail_of_bill REFERENCES pay_bill);
        ALTER TABLE pay_line ADD CONSTRAINT line_acts FOREIGN KEY (bill_id) REFERENCES pay_bill ON DELETE CASCADE;
        ALTER TABLE pay_line DROP CONSTRAINT pay_line_pkey;
        CREATE TABLE more_lines () INHERITS (pay_line);
    ''')
"""


def found(plan):
    return {(blocker["code"], blocker["line"]) for blocker in plan["blockers"]}


class TestPlan:
    def test_given_a_project_that_is_ready_it_counts_and_has_no_blocker(self, project_with_database):
        plan = project_with_database.run(
            "from shop.pay.models import Bill\nBill.objects.bulk_create(Bill(amount=1) for _ in range(7))"
            + PLAN
        )

        assert plan["blockers"] == []
        assert {table["table"]: table["rows"] for table in plan["tables"]}["pay_bill"] == 7
        assert plan["couplings"]["incoming"] == {"import": 1}
        assert any("RunSQL" in notice for notice in plan["notices"])

    def test_given_an_earlier_move_it_estimates_from_its_rates(self, project_with_database):
        plan = project_with_database.run(
            """
from boundaries.strangler.models import StepRun
for rows, seconds in ((40_000, 2.0), (30, 1.0)):
    StepRun.objects.create(context="cart", step="replicate", result="ok", who="tester", figures={"rows": rows, "seconds": seconds})
"""
            + PLAN
        )

        assert plan["estimate"]["rates"]["backfill_rows_per_second"] == 20_000, (
            "a run of few rows tells nothing"
        )
        assert plan["estimate"]["measured"] == ["backfill_rows_per_second"]

    def test_given_special_tables_it_names_each_trouble_once(self, project_with_database):
        plan = project_with_database.run(SPOIL + PLAN)
        told = {(item["code"], item["what"].split(",")[0].split(":")[0]) for item in plan["blockers"]}

        assert told == {
            ("BD522", "pay_line has no primary key"),
            ("BD526", "pay_line is tied to more_lines by table inheritance"),
            ("BD527", "pay_bill has the trigger audit"),
            ("BD527", "pay_line has the rule keep"),
            ("BD527", "pay_bill has row level security"),
            ("BD528", "audit_trail has the constraint trail_of_bill"),
            ("BD528", "pay_line has the constraint line_acts"),
            ("BD529", "pay_bill.mood is of type mood"),
            ("BD529", "pay_bill.moods is of type mood[]"),
            ("BD529", "pay_bill.row_of is of type oid"),
        }

    def test_given_tied_models_and_no_database_it_names_each_line(self, project):
        project.append("shop/pay/models.py", MODELS)
        project.append("shop/cart/models.py", CART)
        project.append("shop/cart/views.py", "from shop.pay.models import Bill")
        plan = project.run(PLAN)
        lines = (project.root / "shop/pay/models.py").read_text().splitlines()
        told = {
            (
                item["code"],
                item["path"],
                lines[item["line"] - 1].strip() if item["path"] == "shop/pay/models.py" else item["line"],
            )
            for item in plan["blockers"]
        }

        assert told == {
            ("BD520", "shop/pay/models.py", 'person = models.ForeignKey("people.Person", models.CASCADE)'),
            ("BD520", "shop/pay/models.py", 'user = models.ForeignKey("auth.User", models.CASCADE)'),
            (
                "BD520",
                "shop/pay/models.py",
                'people = models.ManyToManyField("people.Person", related_name="+")',
            ),
            ("BD520", "shop/cart/models.py", 13),
            ("BD521", "shop/cart/views.py", 7),
            ("BD523", "shop/pay/models.py", "class Report(models.Model):"),
            ("BD524", "shop/pay/models.py", "target = GenericForeignKey()"),
            (
                "BD524",
                "shop/pay/models.py",
                'kind = models.ForeignKey(ContentType, models.CASCADE, related_name="+")',
            ),
            ("BD525", "shop/pay/models.py", "class Payer(Person):"),
            ("BD532", "shop/pay/models.py", "from shop.people.models import Person"),
        }
        assert "connection" in plan["database"]


MODELS = """
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from shop.people.models import Person


class Owned(models.Model):
    person = models.ForeignKey("people.Person", models.CASCADE)

    class Meta:
        abstract = True


class Invoice(Owned):
    user = models.ForeignKey("auth.User", models.CASCADE)
    people = models.ManyToManyField("people.Person", related_name="+")
    kind = models.ForeignKey(ContentType, models.CASCADE, related_name="+")


class Remark(models.Model):
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.TextField()
    target = GenericForeignKey()


class Payer(Person):
    pass


class Report(models.Model):
    class Meta:
        managed = False
"""
CART = """

class Position(models.Model):
    bill = models.ForeignKey("pay.Bill", models.CASCADE)
"""


class TestScaffold:
    def test_is_refused_while_something_blocks_then_writes_then_spares_what_was_edited(
        self, project_with_database
    ):
        project = project_with_database
        project.append("shop/pay/bank.py", "from shop.people.models import Person")
        refused = project.run(STEPS + "step('plan')\nresult = step('scaffold')")
        project.replace("shop/pay/bank.py", "from shop.people.models import Person", "")

        assert refused.startswith("BD501: pay: scaffold is refused by the gate 'plan has no blocker'")
        assert "BD532: shop.people.models.Person" in refused
        assert not (project.root / "services").exists()

        planned = project.run(STEPS + "result = step('scaffold', dry_run=True)")
        done = project.run(STEPS + "result = step('scaffold')")

        assert planned["plan"][0].startswith("new: ")
        assert "manage.py" in done["new"]
        assert done["required_variables"] == ["PAY_BANK_TOKEN"]

        (project.root / "services/pay/Procfile").write_text("web: mine\n")
        again = project.run(STEPS + "result = step('scaffold', diff=True)")

        assert again["edited"] == ["Procfile"]
        assert "-web: mine\n+web: gunicorn\n" in again["diff"]

    def test_adds_to_the_history_once_the_map_says_that_the_context_moves(self, project_with_database):
        project = project_with_database
        project.run(STEPS + "step('plan')\nresult = step('scaffold')")
        project.append("shop/pay/models.py", "class Note(models.Model):\n    text = models.TextField()")
        project.replace("boundaries.toml", "[contexts.pay]\n", '[contexts.pay]\nstate = "moving"\n')

        done = project.run(STEPS + "result = step('scaffold')")

        assert "service_migrations/pay/0002_service.py" in done["new"]
        assert "service_migrations/pay/0001_service.py" not in done["updated"]

    def test_is_refused_in_a_folder_of_somebody_else(self, project_with_database):
        project = project_with_database
        project.append("services/pay/README.md", "mine")
        refused = project.run(STEPS + "step('plan')\nresult = step('scaffold')")

        assert "services/pay holds files that scaffold did not write" in refused
        assert (project.root / "services/pay/README.md").read_text() == "\nmine\n"

    def test_keeps_a_record_of_refusals_too(self, project_with_database):
        project_with_database.append("services/pay/README.md", "mine")
        code = "step('plan'); step('scaffold')\nresult = list(StepRun.objects.order_by('started_at').values_list('step', 'result'))"

        assert json.loads(json.dumps(project_with_database.run(STEPS + code))) == [
            ["plan", "ok"],
            ["scaffold", "refused"],
        ]


def test_a_plan_is_made_although_the_database_does_not_answer(project):
    done = subprocess.run(
        [sys.executable, "-m", "boundaries", "extract", "pay", "plan", "--json"],
        cwd=project.root,
        env=os.environ
        | {
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("Routes and owners cannot be read from the database 'default'")
    assert json.loads(done.stdout)["figures"]["context"] == "pay"
