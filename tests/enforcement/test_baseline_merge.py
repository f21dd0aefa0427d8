"""Do two branches that both changed the baseline come together?"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

from tests.enforcement.conftest import TinyProject

IMPORT = "from shop.payments.models import models\n"
Run = Callable[..., tuple[int, str, str]]


class Repository:
    """The project under git, with a baseline that has entries for m02, m04 and m06."""

    def __init__(self, project: TinyProject) -> None:
        self.project = project
        self.file = project.folder / "boundaries-baseline.json"
        self.git("init", "--quiet", "--initial-branch", "main")
        self.accept("m02", "m04", "m06")

    def git(self, *arguments: str, code: int = 0) -> None:
        """Run git; fails unless it ends with `code`."""
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        done = subprocess.run(
            ["git", *identity, *arguments], cwd=self.project.folder, capture_output=True, check=False
        )
        assert done.returncode == code, done

    def accept(self, *modules: str) -> None:
        """Add a violation in each of these modules, accept it, and commit."""
        self.project.write({f"shop/bookings/{name}.py": IMPORT for name in modules})
        self.project.check(accept_new=f"accepted {modules[0]}")
        self._commit()

    def mend(self, module: str) -> None:
        """Mend one module, shrink the baseline, and commit."""
        self.project.write({f"shop/bookings/{module}.py": ""}).check(update_baseline=True)
        self._commit()

    def on_two_branches(self, ours: Callable[[], None], theirs: Callable[[], None], *, code: int = 0) -> None:
        """Do one thing on a branch, the other on main, and merge."""
        self.git("switch", "--quiet", "--create", "other")
        theirs()
        self.git("switch", "--quiet", "main")
        ours()
        self.git("merge", "--quiet", "--no-edit", "other", code=code)

    @property
    def accepted(self) -> list[str]:
        """The modules that the baseline knows."""
        found = json.loads(self.file.read_text())["accepted"]
        return [entry["source"].split(".")[2].partition(":")[0] for entry in found if entry]

    def _commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a change")


@pytest.fixture
def repository(project: TinyProject) -> Repository:
    return Repository(project)


class TestTwoBranches:
    def test_merge_by_themselves_when_they_touch_different_lines(self, repository: Repository) -> None:
        repository.on_two_branches(lambda: repository.mend("m02"), lambda: repository.accept("m07"))

        assert repository.accepted == ["m04", "m06", "m07"]
        assert repository.project.check(fails_on_stale=True).is_clean

    @pytest.mark.parametrize("style", ["merge", "diff3"])
    def test_are_refused_in_conflict_and_settled_by_an_update(
        self, repository: Repository, run: Run, style: str
    ) -> None:
        repository.git("config", "merge.conflictStyle", style)

        def mend_and_accept() -> None:
            repository.mend("m06")
            repository.accept("m08")

        repository.on_two_branches(lambda: repository.accept("m07"), mend_and_accept, code=1)

        code, out, err = run("check")
        assert (code, out) == (2, "")
        assert err.startswith(f"BD296: {repository.file}:6: the baseline holds both sides of a merge. Run ")
        assert err.count("\n") == 1

        assert run("check", "--update-baseline")[0] == 0
        assert repository.accepted == ["m02", "m04", "m07", "m08"]
        assert repository.project.check(fails_on_stale=True).is_clean

    def test_cannot_smuggle_in_what_neither_accepted(self, repository: Repository, run: Run) -> None:
        repository.on_two_branches(lambda: repository.accept("m07"), lambda: repository.accept("m08"), code=1)
        repository.project.write({"shop/bookings/m09.py": IMPORT})

        assert run("check", "--update-baseline")[0] == 1
        assert repository.accepted == ["m02", "m04", "m06", "m07", "m08"]

    def test_need_no_settling_with_the_merge_driver_union(self, repository: Repository) -> None:
        repository.project.write({".gitattributes": "boundaries-baseline.json merge=union\n"})
        repository.accept("m03")

        repository.on_two_branches(lambda: repository.accept("m07"), lambda: repository.accept("m08"))

        assert repository.accepted == ["m02", "m03", "m04", "m06", "m07", "m08"]
        assert repository.project.check(fails_on_stale=True).is_clean

    def test_may_count_one_violation_differently_and_the_larger_count_holds(
        self, repository: Repository
    ) -> None:
        twice = json.loads(repository.file.read_text())
        first = twice["accepted"][0]
        twice["accepted"][:1] = [{**first, "count": 1}, {**first, "count": 3}, {**first, "count": 2}]
        repository.file.write_text(json.dumps(twice))

        repository.project.write({"shop/bookings/m02.py": IMPORT * 4})

        assert [violation.line for violation in repository.project.check().new] == [4]
