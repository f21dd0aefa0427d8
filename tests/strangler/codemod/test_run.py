"""Is nothing written that the lint does not agree with, and is it said what was done?"""

from __future__ import annotations

import json

import pytest

from boundaries.enforcement.rules import RULES
from boundaries.strangler.codemod import run as module
from boundaries.strangler.codemod.proposal import Proposal, Rewrite
from boundaries.strangler.codemod.registry import CODES, fix_command
from boundaries.strangler.codemod.run import FileChanged
from boundaries.strangler.codemod.text import Edit, apply
from tests.enforcement.test_output_schema import faults
from tests.strangler.codemod.conftest import Project

pytest.importorskip("libcst", reason="the extra `fix` is not installed")

BOOKING = """\
from django.db import models


class Booking(models.Model):
    payment = models.ForeignKey("payments.Payment", models.CASCADE)
"""


@pytest.fixture
def shop(project: Project) -> Project:
    return project.write({"shop/bookings/models.py": BOOKING})


def test_each_codemod_is_named_by_its_rule():
    assert {rule.code: rule.codemod for rule in RULES if rule.codemod} == {
        code: fix_command(code) for code in CODES
    }


class TestARewrite:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("(", "the file could not be parsed afterwards"),
            ("from shop.payments.models import Payment\n", "the lint would then find BD202"),
            ("# nothing\n", "the lint would still find it"),
        ],
    )
    def test_that_the_lint_does_not_agree_with_is_left(self, shop: Project, monkeypatch, text, reason):
        def propose(ground, violations, **_options):
            [violation] = violations
            path = violation.link.path
            mends = (violation.identity,)
            return Proposal([Rewrite(path, 5, "something", {path: (Edit(0, 0, text),)}, mends=mends)], [])

        monkeypatch.setattr(module.relation, "propose", propose)
        fix = shop.fix("BD204")

        assert (fix.rewrites, fix.after) == ([], {})
        assert [item.suggestion for item in fix.by_hand] == [f"Not done: {reason}."]

    def test_mends_a_relation_without_a_constraint_too(self, shop: Project):
        shop.write({"shop/bookings/models.py": BOOKING.replace("CASCADE)", "CASCADE, db_constraint=False)")})
        shop.written("BD203")

        assert 'payment = Reference("payments.Payment", models.CASCADE)\n' in shop.read(
            "shop/bookings/models.py"
        )
        assert shop.fix("BD203").rewrites == []

    def test_that_an_allow_comment_excuses_is_none(self, shop: Project):
        allowed = BOOKING.replace("    payment", "    # boundaries: allow BD204 -- until May\n    payment")
        shop.write({"shop/bookings/models.py": allowed})

        assert shop.fix("BD204").rewrites == []

    def test_is_not_written_over_what_somebody_saved_meanwhile(self, shop: Project):
        fix = shop.fix("BD204")
        shop.write({"shop/bookings/models.py": f"# mine\n{BOOKING}"})

        with pytest.raises(FileChanged):
            fix.write()
        assert shop.read("shop/bookings/models.py") == f"# mine\n{BOOKING}"

    def test_overlapping_another_is_refused(self):
        assert apply(b"abc", [Edit(0, 1, "x"), Edit(0, 1, "x"), Edit(2, 3, "")]) == b"xb"
        with pytest.raises(ValueError, match="overlap"):
            apply(b"abc", [Edit(0, 2, ""), Edit(1, 3, "")])


class TestTheVerb:
    def test_writes_nothing_by_itself(self, shop: Project, run):
        code, out, _ = run("bd204", "--diff")

        assert code == 1
        assert '-    payment = models.ForeignKey("payments.Payment", models.CASCADE)\n' in out
        assert '+    payment = Reference("payments.Payment", models.CASCADE)\n' in out
        assert out.endswith(
            "1 rewrite in 1 file (nothing is written, --diff shows it, --write does it); 0 by hand.\n"
        )
        assert shop.read("shop/bookings/models.py") == BOOKING

    def test_says_it_in_json(self, shop: Project, run):
        code, out, _ = run("BD204", "--json")

        said = json.loads(out)
        assert faults("fix", said) == []
        assert code == 1
        assert (said["code"], said["written"], said["by_hand"], said["diff"]) == ("BD204", False, [], None)
        assert said["rewrites"] == [
            {
                "path": "shop/bookings/models.py",
                "line": 5,
                "what": "bookings.Booking.payment becomes a Reference to payments.Payment",
                "files": ["shop/bookings/models.py"],
            }
        ]
        assert "announces_deletion" in said["notes"][0]

    def test_keeps_to_a_context_and_to_paths(self, shop: Project, run):
        assert run("BD204", "--context", "payments")[0] == 1
        assert run("BD204", str(shop.folder / "shop" / "bookings"))[0] == 1
        assert run("BD204", str(shop.folder / "shop" / "payments"))[0] == 0
        code, _, err = run("BD204", "--context", "payment")
        assert (code, err[:6]) == (2, "BD106:")

    def test_refuses_a_rule_without_a_codemod(self, shop: Project, run):
        code, _, err = run("BD208")

        assert code == 2
        assert err.startswith("BD840: There is no codemod for BD208.")

    def test_says_why_there_is_no_migration(self, shop: Project, run):
        code, out, _ = run("BD204", "--write", "--no-migration")
        assert code == 0
        assert (
            "No migration is written (--no-migration was given): `manage.py makemigrations bookings`." in out
        )
        shop.write(
            {"shop/bookings/models.py": BOOKING, "config/settings.py": "raise RuntimeError('no key')\n"}
        )
        _, out, _ = run("BD204", "--write")
        assert "No migration is written (RuntimeError: no key)" in out
        assert "Reference(" in shop.read("shop/bookings/models.py")

    def test_leaves_the_migration_while_other_changes_wait(self, shop: Project, run):
        shop.manage("makemigrations", "payments", "bookings")
        shop.write(
            {"shop/bookings/models.py": f"{BOOKING}    name = models.CharField(max_length=9, default='')\n"}
        )
        _, out, _ = run("BD204", "--write")

        assert "(other changes of these models wait for one too)" in out
