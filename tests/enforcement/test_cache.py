"""Is the cache trusted only as far as content goes?"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from boundaries.enforcement import linter, outcome
from boundaries.enforcement.source import age, reader
from boundaries.enforcement.source.cache import Cache
from boundaries.enforcement.source.facts import FileFacts
from tests.enforcement.conftest import TinyProject

BAD = "from shop.payments.models import models\n"


@pytest.fixture(autouse=True)
def with_the_linter(project: TinyProject) -> None:
    project.use_linter = True


@pytest.fixture(autouse=True)
def all_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every file had been written long ago."""
    monkeypatch.setattr(age, "_SETTLED_NS", -(10**12))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


@pytest.fixture
def warm(project: TinyProject, folder: Path, monkeypatch: pytest.MonkeyPatch) -> TinyProject:
    """A project that was checked once; from now on parsing and import-linter are refused."""
    project.write({"shop/bookings/a.py": BAD}).check(cache_folder=folder)

    monkeypatch.setattr(reader, "extract", refuse)
    monkeypatch.setattr(linter, "start", refuse)
    return project


def refuse(*_: object, **__: object) -> None:
    """Stands for what costs time."""
    raise AssertionError("this should have been kept")


class TestAWarmRun:
    def test_neither_parses_nor_asks_import_linter(self, warm: TinyProject, folder: Path) -> None:
        assert [v.rule for v in warm.check(cache_folder=folder).new] == ["BD202"]
        assert [c.rule for c in warm.graph(cache_folder=folder).couplings] == ["BD202"]

    def test_is_warm_after_every_file_was_touched(self, warm: TinyProject, folder: Path) -> None:
        for path in warm.folder.rglob("*.py"):
            os.utime(path, (1, 1))

        assert len(warm.check(cache_folder=folder).new) == 1

    def test_opens_no_file_that_is_as_old_as_it_was(
        self, warm: TinyProject, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(outcome, "read_texts", refuse)

        assert len(warm.check(cache_folder=folder).new) == 1

        (warm.folder / "shop/bookings/b.py").touch()
        with pytest.raises(AssertionError, match="should have been kept"):
            warm.check(cache_folder=folder)

    def test_does_not_go_by_the_age_of_what_was_written_a_moment_ago(
        self, project: TinyProject, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(age, "_SETTLED_NS", 3600 * 10**9)
        project.check(cache_folder=folder)
        monkeypatch.setattr(outcome, "read_texts", refuse)

        with pytest.raises(AssertionError, match="should have been kept"):
            project.check(cache_folder=folder)

    def test_reads_what_changed(self, warm: TinyProject, folder: Path) -> None:
        path = warm.folder / "shop/bookings/a.py"
        before = path.stat()
        # Of the same size and age, as a checkout may be.
        path.write_text(BAD.replace("import models", "import module"))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

        with pytest.raises(AssertionError, match="should have been kept"):
            warm.check(cache_folder=folder)

    def test_asks_again_when_the_map_changed(self, warm: TinyProject, folder: Path) -> None:
        path = warm.folder / "boundaries.toml"
        path.write_text(path.read_text() + "calls = []\n")

        with pytest.raises(AssertionError, match="should have been kept"):
            warm.check(cache_folder=folder)

    @pytest.mark.parametrize(
        "change",
        [
            lambda folder: None,
            lambda folder: [os.utime(path) for path in folder.rglob("*.py")],
            lambda folder: (folder / "shop/bookings/b.py").write_text(BAD),
            lambda folder: (folder / "shop/bookings/a.py").unlink(),
            lambda folder: (folder / "shop/payments/models.py").write_text("def broken(:\n"),
        ],
        ids=["nothing", "touched", "added", "removed", "broken"],
    )
    def test_says_what_a_cold_run_says(
        self, project: TinyProject, folder: Path, change: Callable[[Path], object]
    ) -> None:
        project.write({"shop/bookings/a.py": BAD}).check(cache_folder=folder)
        change(project.folder)

        kept = project.check(cache_folder=folder).as_dict()

        assert kept == project.check().as_dict()
        assert kept == project.check(cache_folder=folder).as_dict()

    def test_needs_what_reading_needs_not_even_imported(self, project: TinyProject, folder: Path) -> None:
        check(project, folder)

        loaded = check(project, folder, *sys_modules())

        assert "boundaries.enforcement.outcome" in loaded
        assert not loaded & {
            "grimp",
            "subprocess",
            "rich",
            "msgspec",
            "django",
            "celery",
            "boundaries.enforcement.kinds",
        }


class TestASuggestion:
    def test_keeps_what_it_read_for_a_check_and_takes_what_a_check_kept(
        self,
        project: TinyProject,
        folder: Path,
        run: Callable[..., tuple[int, str, str]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        project.write({"shop/bookings/a.py": BAD})
        assert run("suggest", "--cache-dir", str(folder))[0] == 0
        monkeypatch.setattr(reader, "extract", refuse)

        assert len(project.check(cache_folder=folder).new) == 1
        assert run("suggest", "--cache-dir", str(folder))[0] == 0


class TestABrokenCache:
    @pytest.mark.parametrize(
        "damage",
        [
            lambda content: b"",
            lambda content: b"nonsense",
            lambda content: content[: len(content) // 2],
            lambda content: content.replace(b"BD202", b"BD203").replace(b"shop", b"shap"),
            lambda content: bytes(16) + content[16:],
        ],
        ids=["empty", "nonsense", "half", "altered", "without its digest"],
    )
    def test_is_rebuilt(self, project: TinyProject, folder: Path, damage: Callable[[bytes], bytes]) -> None:
        project.write({"shop/bookings/a.py": BAD}).check(cache_folder=folder)
        whole = {path: path.read_bytes() for path in folder.iterdir()}
        for path, content in whole.items():
            path.write_bytes(damage(content))

        assert [v.rule for v in project.check(cache_folder=folder).new] == ["BD202"]
        assert {path: path.read_bytes() for path in folder.iterdir()} == whole

    def test_that_cannot_be_written_is_done_without(self, project: TinyProject, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("no folder")

        assert project.check(cache_folder=tmp_path / "file" / "below").new == ()

    def test_leaves_nothing_behind_when_it_cannot_be_replaced(self, folder: Path) -> None:
        cache = Cache(folder, Path("/project"))
        cache.save_facts({"a": FileFacts()})
        [file] = folder.iterdir()
        file.unlink()
        file.mkdir()

        cache.save_facts({"b": FileFacts()})

        assert list(folder.iterdir()) == [file]

    def test_of_a_file_saved_while_it_was_read_is_not_kept(
        self, project: TinyProject, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = project.write({"shop/bookings/a.py": ""}).folder / "shop/bookings/a.py"
        read = reader.extract

        def save_meanwhile(content: bytes, **options: object) -> FileFacts:
            path.write_text(BAD)
            return read(content, **options)

        with monkeypatch.context() as patched:
            patched.setattr(reader, "extract", save_meanwhile)
            project.check(cache_folder=folder)
        path.write_text("")

        assert project.check(cache_folder=folder).new == ()


class TestRunsSideBySide:
    def test_share_one_cache(self, project: TinyProject, folder: Path) -> None:
        project.write({f"shop/bookings/{name}.py": BAD for name in "abcdefgh"})
        running = [start(project, folder) for _ in range(4)]

        said = {process.communicate(timeout=60)[0] for process in running}

        assert len(said) == 1
        assert {process.returncode for process in running} == {1}
        kept = {path.suffix for path in folder.iterdir()} - {".ages"}
        assert kept == {".facts", ".import-linter", ".outcome"}
        assert project.check(cache_folder=folder).as_dict() == project.check().as_dict()


def start(project: TinyProject, folder: Path, *python: str) -> subprocess.Popen[str]:
    """A check in a process of its own."""
    program = python or ("-m", "boundaries")
    config = project.folder / "boundaries.toml"
    command = [
        sys.executable,
        *program,
        "check",
        "--config",
        str(config),
        "--cache-dir",
        str(folder),
        "--json",
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def sys_modules() -> tuple[str, str]:
    """A program that runs a verb and tells which modules it took."""
    return "-c", "import sys; from boundaries.cli import main; main(); print(*sys.modules, file=sys.stderr)"


def check(project: TinyProject, folder: Path, *python: str) -> set[str]:
    """Run a check to its end; what it told on standard error."""
    process = start(project, folder, *python)
    out, told = process.communicate(timeout=60)
    assert out.startswith("{"), told
    return set(told.split())
