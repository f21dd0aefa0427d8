"""Do the verbs answer in the promised shape, with the promised exit codes?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from boundaries import cli
from tests.enforcement.conftest import TWO_CONTEXTS, TinyProject

Run = Callable[..., tuple[int, str, str]]
RunJson = Callable[..., tuple[int, Any]]

MESS = {
    "shop/payments/models.py": "from django.db import models\nclass Payment(models.Model):\n    pass\n",
    "shop/bookings/models.py": (
        "from django.db import models\n"
        "from shop.payments.models import Payment\n"
        "class Booking(models.Model):\n"
        "    payment = models.ForeignKey(Payment, models.CASCADE)\n"
    ),
}


class TestCouplings:
    def test_is_exactly_the_published_shape(self, project: TinyProject, run_json: RunJson) -> None:
        project.write(MESS)

        code, said = run_json("couplings")

        assert code == 0
        assert said == {
            "schema": 1,
            "couplings": [
                {
                    "kind": "import",
                    "path": "shop/bookings/models.py",
                    "line": 2,
                    "column": 1,
                    "source_context": "bookings",
                    "target_context": "payments",
                    "source": "shop.bookings.models:<module>",
                    "target": "shop.payments.models",
                    "allowed": False,
                    "rule": "BD202",
                    "baselined": False,
                    "evidence": "Payment",
                },
                {
                    "kind": "relation",
                    "path": "shop/bookings/models.py",
                    "line": 4,
                    "column": 5,
                    "source_context": "bookings",
                    "target_context": "payments",
                    "source": "shop.bookings.models:Booking",
                    "target": "payments.Payment",
                    "allowed": False,
                    "rule": "BD204",
                    "baselined": False,
                    "evidence": "static",
                },
            ],
            "unresolved": {},
        }

    def test_marks_what_the_baseline_knows(self, project: TinyProject, run_json: RunJson) -> None:
        project.write(MESS).check(accept_new="adopted")

        _, said = run_json("couplings", "--kind", "relation")

        assert [(c["kind"], c["baselined"]) for c in said["couplings"]] == [("relation", True)]

    def test_can_be_narrowed(self, project: TinyProject, run: Run, run_json: RunJson) -> None:
        project.write(MESS)

        assert run_json("couplings", "--from", "payments")[1]["couplings"] == []
        assert len(run_json("couplings", "--to", "payments", "--from", "bookings")[1]["couplings"]) == 2
        code, out, _ = run("couplings", "--kind", "relation")
        assert (code, out.splitlines()) == (
            0,
            [
                "shop/bookings/models.py:4: relation bookings -> payments payments.Payment [violation BD204]",
                "1 coupling",
            ],
        )

    def test_refuses_a_context_that_does_not_exist(self, project: TinyProject, run_json: RunJson) -> None:
        code, said = run_json("couplings", "--from", "bokings")

        assert code == 2
        assert said["error"]["code"] == "BD106"
        assert "'bookings'" in said["error"]["remedy"]


class TestCheck:
    def test_ends_with_0_1_or_2(self, project: TinyProject, run: Run) -> None:
        assert run("check")[0] == 0
        assert run("check", "--format", "json")[0] == 0
        project.write(MESS)
        assert run("check")[0] == 1
        project.map(TWO_CONTEXTS.replace("packages", "package"))
        code, out, err = run("check")
        assert (code, out) == (2, "")
        assert err.startswith("BD111: ")
        assert err.count("\n") == 1

    def test_gives_rows_of_the_same_shape_as_couplings(self, project: TinyProject, run_json: RunJson) -> None:
        project.write(MESS)

        code, said = run_json("check")

        assert code == 1
        assert said["violations"] == run_json("couplings")[1]["couplings"]
        assert said["clean"] is False
        assert said["summary"] == {
            "contexts": 2, "couplings": 2, "violations": 2, "new": 2, "baselined": 0, "counted": 0, "stale": 0,
        }  # fmt: skip

    def test_does_not_depend_on_the_current_directory(
        self, project: TinyProject, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        project.write(MESS)
        here = run("check", "--no-cache")
        monkeypatch.chdir(tmp_path)

        assert run("check", "--no-cache") == here

    def test_takes_a_map_of_any_name_from_anywhere(self, project: TinyProject, tmp_path: Path) -> None:
        project.write(MESS)
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "strict.conf").write_text(f'root = "{project.folder}"\n{TWO_CONTEXTS}')

        assert cli.main(["check", "--config", str(elsewhere / "strict.conf")]) == 1

    def test_runs_without_django_and_without_the_projects_packages(self, project: TinyProject) -> None:
        project.write(MESS)
        code = (
            "import sys; from boundaries import cli;"
            "code = cli.main(['check', '--config', sys.argv[1], '--no-cache']);"
            "print('django' in sys.modules, 'shop' in sys.modules, code)"
        )
        command = [sys.executable, "-c", code, str(project.folder / "boundaries.toml")]

        done = subprocess.run(command, capture_output=True, text=True, check=True)

        assert done.stdout.splitlines()[-1] == "False False 1"

    def test_is_readable_however_much_is_found(self, project: TinyProject, run: Run) -> None:
        line = "from shop.payments.models import models\n"
        project.write({f"shop/bookings/m{number}.py": line * 40 for number in range(40)})

        _, out, _ = run("check")

        assert len(out.splitlines()) < 30
        assert "and 1,597 more" in out
        assert "1,600 new violations in 2 contexts" in out

    def test_prints_at_most_20_lines_on_a_fresh_map(self, project: TinyProject, run: Run) -> None:
        names = [f"app{number}" for number in range(12)]
        files = {
            f"shop/{name}/models.py": "".join(f"import shop.{other}.models\n" for other in names)
            for name in names
        }
        project.write(files)
        project.map(
            "".join(f'[contexts.{name}]\npackages = ["shop.{name}"]\nmode = "open"\n' for name in names)
        )

        code, out, _ = run("check")

        assert code == 0
        assert len(out.splitlines()) <= 20


class TestMap:
    def test_draws_text_mermaid_and_json(self, project: TinyProject, run: Run, run_json: RunJson) -> None:
        project.write(MESS)

        assert "  -> payments  1 import, 1 relation; 2 not allowed" in run("map")[1].splitlines()
        assert run("map", "--format", "mermaid")[1].startswith("flowchart LR\n")
        code, said = run_json("map")
        assert code == 0
        assert [context["name"] for context in said["contexts"]] == ["bookings", "payments"]
        assert said["edges"] == [
            {
                "source": "bookings",
                "target": "payments",
                "kinds": {"import": 1, "relation": 1},
                "violations": 2,
            }
        ]

    def test_writes_into_a_file(self, project: TinyProject, run: Run, tmp_path: Path) -> None:
        for chosen, beginning in (("mermaid", "flowchart LR"), ("json", "{"), ("text", "bookings")):
            assert run("map", "--format", chosen, "--output", str(tmp_path / "out"))[:2] == (0, "")
            assert (tmp_path / "out").read_text().startswith(beginning)

    def test_compiles(self, project: TinyProject, run: Run) -> None:
        code, out, _ = run("map", "--compile")

        assert code == 0
        assert out.startswith("compiled = true\n")


class TestExplain:
    def test_says_why_and_how(self, run: Run, run_json: RunJson) -> None:
        code, out, _ = run("explain", "bd204")
        assert code == 0
        assert out.startswith("BD204 foreign key constraint across contexts\n\nWhy: ")
        assert "\nFix: " in out
        assert run_json("explain", "BD204")[1]["code"] == "BD204"

    def test_shows_an_example_before_and_after_and_whether_there_is_a_codemod(
        self, run: Run, run_json: RunJson
    ) -> None:
        _, out, _ = run("explain", "BD204")

        before, after = out.split("\nAfter:\n")
        assert 'payment = models.ForeignKey("payments.Payment", models.PROTECT)' in before
        assert "Codemod: boundaries fix BD204." in before
        assert 'payment = Reference("payments.Payment")' in after
        assert run_json("explain", "BD204")[1]["after"].keys() == {"shop/bookings/models.py"}

    def test_lists_all_rules_without_a_code(self, run: Run, run_json: RunJson) -> None:
        codes = [rule["code"] for rule in run_json("explain")[1]["rules"]]

        assert [line[:5] for line in run("explain")[1].splitlines()[:-1]] == sorted(codes)

    def test_refuses_a_code_that_does_not_exist(self, run: Run) -> None:
        code, _, err = run("explain", "BD299")

        assert code == 2
        assert err.startswith("BD291: ")
