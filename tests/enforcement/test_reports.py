"""Does every format name exactly the new violations, with code and remedy?"""

from __future__ import annotations

import json
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest

from tests.enforcement.conftest import TinyProject

Run = Callable[..., tuple[int, str, str]]

KEY = (
    "from django.db import models\n"
    "class Booking(models.Model):\n"
    "    payment = models.ForeignKey('payments.Payment', models.CASCADE)\n"
)


@pytest.fixture
def a_bad_key(project: TinyProject) -> TinyProject:
    """One accepted violation, and one new foreign key."""
    project.write(
        {
            "shop/payments/models.py": "from django.db import models\nclass Payment(models.Model):\n    pass\n",
            "shop/bookings/old, odd.py": "from shop.payments.models import Payment\n",
        }
    ).check(accept_new="adopted")
    return project.write({"shop/bookings/models.py": KEY})


class TestGitHub:
    def test_gives_one_annotation_with_code_and_remedy(self, a_bad_key: TinyProject, run: Run) -> None:
        code, out, _ = run("check", "--format", "github")

        assert code == 1
        [line] = out.splitlines()
        assert line.startswith("::error file=shop/bookings/models.py,line=3,col=5,title=BD204::BD204 ")
        assert "Reference(" in line

    def test_is_chosen_on_github(
        self, a_bad_key: TinyProject, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GITHUB_ACTIONS", "true")

        assert run("check")[1].startswith("::error ")
        assert run("check", "--format", "text")[1].startswith("BD204 ")

    def test_says_nothing_when_nothing_is_wrong(self, project: TinyProject, run: Run) -> None:
        assert run("check", "--format", "github")[:2] == (0, "")

    def test_keeps_commas_and_percents_out_of_the_syntax(self, project: TinyProject, run: Run) -> None:
        project.write({"shop/bookings/a, 100%.py": "from shop.payments.models import models\n"})

        assert "file=shop/bookings/a%2C 100%25.py,line=1," in run("check", "--format", "github")[1]


class TestSarif:
    def test_names_rules_places_and_what_the_baseline_knows(self, a_bad_key: TinyProject, run: Run) -> None:
        code, out, _ = run("check", "--format", "sarif")

        assert code == 1
        said = json.loads(out)
        assert said["version"] == "2.1.0"
        [job] = said["runs"]
        known = {rule["id"] for rule in job["tool"]["driver"]["rules"]}
        assert {result["ruleId"] for result in job["results"]} <= known
        assert [(r["ruleId"], r["baselineState"]) for r in job["results"]] == [
            ("BD204", "new"),
            ("BD202", "unchanged"),
        ]
        assert job["results"][0]["locations"][0]["physicalLocation"] == {
            "artifactLocation": {"uri": "shop/bookings/models.py", "uriBaseId": "ROOT"},
            "region": {"startLine": 3, "startColumn": 5},
        }
        place = job["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]
        assert place["uri"] == "shop/bookings/old%2C%20odd.py"


class TestJUnit:
    def test_has_a_case_per_rule_and_a_failure_for_the_new_one(
        self, a_bad_key: TinyProject, run: Run
    ) -> None:
        code, out, _ = run("check", "--format", "junit")

        assert code == 1
        suite = ET.fromstring(out)[0]
        failed = [case for case in suite if case.find("failure") is not None]
        assert [case.get("name") for case in failed] == ["BD204 foreign key constraint across contexts"]
        assert (suite.get("tests"), suite.get("failures")) == (str(len(suite)), "1")
        failure = failed[0].find("failure")
        assert failure is not None
        assert (failure.text or "").startswith("shop/bookings/models.py:3:5: ")


class TestText:
    def test_groups_by_rule_and_pair_and_gives_the_remedy(self, a_bad_key: TinyProject, run: Run) -> None:
        _, out, _ = run("check")

        assert out.splitlines() == [
            "BD204 foreign key constraint across contexts: bookings -> payments",
            "  shop/bookings/models.py:3:5  Booking -> payments.Payment  (ForeignKey payment)",
            '      Replace the field by Reference("payments.Payment"): the column stays, the constraint goes.',
            "",
            (
                "1 new violation in 2 contexts, 2 couplings, 1 accepted in the baseline."
                " `boundaries explain CODE` says why."
            ),
        ]
