"""Is the cache trusted only as far as content goes?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from boundaries.enforcement import linter
from boundaries.enforcement.source import reader
from tests.enforcement.conftest import TinyProject

BAD = "from shop.payments.models import models\n"


@pytest.fixture(autouse=True)
def with_the_linter(project: TinyProject) -> None:
    project.use_linter = True


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


@pytest.fixture
def warm(project: TinyProject, folder: Path, monkeypatch: pytest.MonkeyPatch) -> TinyProject:
    """A project that was checked once; from now on parsing and import-linter are refused."""
    project.write({"shop/bookings/a.py": BAD}).graph(cache_folder=folder)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("this should have been kept")

    monkeypatch.setattr(reader, "extract", refuse)
    monkeypatch.setattr(linter, "start", refuse)
    return project


class TestAWarmRun:
    def test_neither_parses_nor_asks_import_linter(self, warm: TinyProject, folder: Path) -> None:
        assert [c.rule for c in warm.graph(cache_folder=folder).couplings] == ["BD202"]

    def test_is_warm_after_every_file_was_touched(self, warm: TinyProject, folder: Path) -> None:
        for path in warm.folder.rglob("*.py"):
            os.utime(path, (1, 1))

        assert len(warm.graph(cache_folder=folder).couplings) == 1

    def test_reads_what_changed(self, warm: TinyProject, folder: Path) -> None:
        warm.write({"shop/bookings/a.py": f"\n{BAD}"})

        with pytest.raises(AssertionError, match="should have been kept"):
            warm.graph(cache_folder=folder)

    def test_asks_again_when_the_map_changed(self, warm: TinyProject, folder: Path) -> None:
        path = warm.folder / "boundaries.toml"
        path.write_text(path.read_text() + "calls = []\n")

        with pytest.raises(AssertionError, match="should have been kept"):
            warm.graph(cache_folder=folder)


class TestABrokenCache:
    @pytest.mark.parametrize("damage", [b"", b"nonsense", b"\x93\xa31:9\x80\x80"])
    def test_is_rebuilt(self, project: TinyProject, folder: Path, damage: bytes) -> None:
        project.write({"shop/bookings/a.py": BAD}).graph(cache_folder=folder)
        [kept] = folder.iterdir()
        whole = kept.read_bytes()
        kept.write_bytes(damage)

        assert len(project.graph(cache_folder=folder).couplings) == 1
        assert kept.read_bytes() == whole

    def test_that_cannot_be_written_is_done_without(self, project: TinyProject, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("no folder")

        assert project.graph(cache_folder=tmp_path / "file" / "below").couplings == ()
