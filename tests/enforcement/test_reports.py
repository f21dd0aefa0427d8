"""Does every format name exactly the new violations, with code and remedy?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from junitparser import JUnitXml

from tests.enforcement.conftest import TinyProject

Run = Callable[..., tuple[int, str, str]]

MANY = {f"shop/bookings/m{n}.py": "from shop.payments.models import models\n" * 10 for n in range(20)}
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

    def test_does_not_bury_the_job(self, project: TinyProject, run: Run) -> None:
        project.write(MANY)

        lines = run("check", "--format", "github")[1].splitlines()

        assert len(lines) == 51
        assert lines[-1] == "::error title=more violations::150 more are in the log of this step"

    def test_names_files_as_the_repository_does(
        self, a_bad_key: TinyProject, run: Run, tmp_path: Path
    ) -> None:
        (tmp_path / ".git").mkdir()

        for chosen in ("github", "gitlab", "sarif", "junit"):
            assert "project/shop/bookings/models.py" in run("check", "--format", chosen)[1]
        assert '"path": "shop/bookings/models.py"' in run("check", "--format", "json")[1]


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
            "artifactLocation": {"uri": "shop/bookings/models.py", "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 3, "startColumn": 5},
        }
        place = job["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]
        assert place["uri"] == "shop/bookings/old%2C%20odd.py"

    def test_is_what_the_standard_says(self, a_bad_key: TinyProject, run: Run) -> None:
        schema = json.loads((Path(__file__).parent / "sarif" / "sarif-schema-2.1.0.json").read_text())
        valid = Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)

        said = json.loads(run("check", "--format", "sarif")[1])

        assert [error.message for error in valid.iter_errors(said)] == []
        said["runs"][0]["results"][0]["level"] = "grave"
        assert not valid.is_valid(said)


class TestJUnit:
    def test_has_a_case_per_rule_and_a_failure_for_the_new_one(
        self, a_bad_key: TinyProject, run: Run
    ) -> None:
        code, out, _ = run("check", "--format", "junit")

        assert code == 1
        [suite] = JUnitXml.fromstring(out.encode())
        failed = [case for case in suite if case.result]
        assert [case.name for case in failed] == ["BD204 foreign key constraint across contexts"]
        assert (suite.tests, suite.failures, suite.errors) == (len(list(suite)), 1, 0)
        [failure] = failed[0].result
        assert failure.text.startswith("shop/bookings/models.py:3:5: ")

    def test_can_be_read_whatever_a_file_is_called(self, project: TinyProject, run: Run) -> None:
        project.write({"shop/bookings/\x1bä<&.py": "from shop.payments.models import models\n"})

        out = run("check", "--format", "junit")[1]

        assert out.isascii()
        [suite] = JUnitXml.fromstring(out.encode())
        [failure] = next(case.result for case in suite if case.result)
        assert failure.text.startswith("shop/bookings/?ä<&.py:1:1: ")


class TestGitLab:
    def test_has_one_issue_per_new_violation(self, a_bad_key: TinyProject, run: Run) -> None:
        code, out, err = run("check", "--format", "gitlab")

        assert code == 1
        [issue] = json.loads(out)
        assert issue["location"] == {"path": "shop/bookings/models.py", "lines": {"begin": 3}}
        assert (issue["check_name"], issue["severity"]) == ("BD204", "major")
        assert issue["description"].startswith("BD204 foreign key constraint across contexts")
        assert err.startswith("BD204 ")

    def test_gives_every_issue_a_fingerprint_of_its_own(self, project: TinyProject, run: Run) -> None:
        project.write(MANY)

        issues = json.loads(run("check", "--format", "gitlab")[1])

        assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 200


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

    def test_of_a_great_mess_is_the_largest_groups_and_the_totals(
        self, project: TinyProject, run: Run
    ) -> None:
        names = [f"app{number:02}" for number in range(40)]
        imports = {name: f"import shop.{name}.models\n" * 9 for name in names}
        project.write({f"shop/{name}/models.py": "".join(imports.values()) for name in names})
        project.map("".join(f'[contexts.{name}]\npackages = ["shop.{name}"]\n' for name in names))

        code, out, _ = run("check")

        assert code == 1
        lines = out.splitlines()
        assert len(lines) <= 100
        assert "  ... and 6 more: `boundaries couplings --from app00 --to app01 --rule BD202`" in lines
        assert "... and 1,550 smaller groups; --format json lists all" in lines
        assert "   14,040  BD202 foreign internals" in lines
        assert lines[-1].startswith("14,040 new violations in 40 contexts, 14,040 couplings.")
