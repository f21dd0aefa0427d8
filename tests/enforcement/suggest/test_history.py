"""Is what changed together read from git, within bounds, and missed without a word of complaint?"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from boundaries.contexts.map import load_map
from boundaries.enforcement.suggest.history import changed_together, read_history
from boundaries.enforcement.suggest.suggestion import Sources, rank_contexts, suggest_contexts
from tests.enforcement.conftest import TinyProject


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-C", str(folder), "-c", "user.name=N", "-c", "user.email=n@example.com", *arguments]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    return folder


def commit(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write("# changed\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "A change")


class TestHistory:
    def test_lists_the_python_files_of_each_commit_newest_first(self, repository: Path) -> None:
        commit(repository, "a/one.py", "a/notes.txt")
        commit(repository, "a/one.py", "b/größe two.py")

        assert read_history(repository).commits == (("a/one.py", "b/größe two.py"), ("a/one.py",))

    def test_of_a_folder_inside_a_repository_is_told_from_there(self, repository: Path) -> None:
        commit(repository, "backend/a/one.py", "frontend/two.py")

        assert read_history(repository / "backend").commits == (("a/one.py",),)

    def test_of_a_shallow_clone_is_what_it_has_and_says_so(self, repository: Path, tmp_path: Path) -> None:
        for _ in range(3):
            commit(repository, "a/one.py")
        git(tmp_path, "clone", "--quiet", "--depth", "2", f"file://{repository}", "clone")

        history = read_history(tmp_path / "clone")

        assert len(history.commits) == 2
        assert "shallow" in history.remark

    def test_is_missing_without_git_and_says_so(self, tmp_path: Path) -> None:
        history = read_history(tmp_path)

        assert (history.commits, history.remark) == ((), "no git history here")

    def test_is_missing_when_git_is_not_installed(
        self, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit(repository, "a/one.py")
        monkeypatch.setenv("PATH", "")

        assert read_history(repository).remark == "no git history here"

    def test_of_a_repository_without_commits_is_none(self, repository: Path) -> None:
        assert read_history(repository).commits == ()

    def test_leaves_sweeps_out(self, repository: Path) -> None:
        commit(repository, *(f"a/module_{number}.py" for number in range(31)))
        commit(repository, "a/module_1.py", "b/other.py")

        groups = read_history(repository).sets(lambda path: path[0])

        assert groups == [frozenset("ab")]


class TestChangedTogether:
    def test_counts_less_the_more_a_commit_touched(self) -> None:
        commits = [frozenset("ab"), frozenset("abc"), frozenset("a")]

        assert changed_together(commits) == {("a", "b"): 1.5, ("a", "c"): 0.5, ("b", "c"): 0.5}


class TestCandidates:
    @pytest.mark.parametrize("companion", ["left", "right"])
    def test_what_the_code_leaves_open_is_decided_by_what_changed_together(
        self, repository: Path, companion: str
    ) -> None:
        row = "from django.db import models\nclass {0}(models.Model):\n"
        key = "    to_{0} = models.ForeignKey('{0}.{1}', models.CASCADE, related_name='+')\n"
        apps = {f"{side}{number}": [f"{side}{other}" for other in range(4) if other != number]
                for side in ("left", "right") for number in range(4)} | {"middle": ["left0", "right0"]}  # fmt: skip
        for app, links in apps.items():
            text = row.format(app.title()) + "".join(key.format(link, link.title()) for link in links)
            (repository / "shop" / app).mkdir(parents=True)
            (repository / "shop" / app / "models.py").write_text(text)
            (repository / "shop" / app / "__init__.py").touch()
        (repository / "shop" / "__init__.py").touch()
        for number in range(6):
            commit(repository, "shop/middle/models.py", f"shop/{companion}{number % 3 + 1}/models.py")

        members = suggest_contexts(repository, sources=Sources(), wanted=2).members

        assert next(set(units) for units in members.values() if "middle" in units) >= {
            f"{companion}{n}" for n in range(4)
        }


class TestChurn:
    def test_is_the_share_of_commits_that_changed_another_context_too(self, project: TinyProject) -> None:
        git(project.folder, "init", "--quiet")
        for names in [["bookings", "payments"]] * 5 + [["payments"]] * 15 + [["bookings"]]:
            commit(project.folder, *(f"shop/{name}/models.py" for name in names))

        suggestion = rank_contexts(load_map(project.folder / "boundaries.toml"), sources=Sources())

        churn = {ranked.evidence.name: ranked.evidence.churn for ranked in suggestion.ranked}
        assert churn == {"bookings": None, "payments": 5 / 20}, "six commits of bookings are too few to tell"
