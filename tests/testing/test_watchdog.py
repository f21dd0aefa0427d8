"""Does a sweep take what is abandoned, and nothing else?"""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from boundaries.testing import watchdog
from tests.waiting import wait_for


@pytest.fixture
def lair(tmp_path: Path) -> Path:
    """A lair whose owner never was: no process has that number and was born then."""
    lair = watchdog.create_lair(tmp_path)
    own(lair, birth="1")
    return lair


def own(lair: Path, **changes: str) -> None:
    host, pid, birth = (lair / "owner").read_text().split()
    known = {"host": host, "pid": pid, "birth": birth} | changes
    (lair / "owner").write_text("{host} {pid} {birth}".format_map(known))


class TestSweep:
    def test_removes_a_lair_whose_owners_number_belongs_to_somebody_else(self, lair: Path) -> None:
        assert watchdog.sweep(lair.parent) == [lair]
        assert not lair.exists()

    def test_ends_inhabitants_and_guests(self, lair: Path) -> None:
        inhabitant = subprocess.Popen(["sleep", "60"], cwd=lair)
        guest = subprocess.Popen(["sleep", "60"], env={watchdog.MARK: str(lair), "PATH": os.environ["PATH"]})

        watchdog.sweep(lair.parent)

        assert inhabitant.wait(5) == -signal.SIGQUIT
        assert guest.wait(5) == -signal.SIGTERM

    def test_kills_those_that_do_not_listen(self, lair: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(watchdog, "_POLITE_SECONDS", 0.1)
        deaf = subprocess.Popen(
            ["sh", "-c", "trap '' QUIT TERM; touch deaf; while :; do sleep 0.05; done"],
            cwd=lair,
            env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
        )
        wait_for((lair / "deaf").exists)

        watchdog.sweep(lair.parent)

        assert deaf.wait(5) == -signal.SIGKILL

    def test_spares_a_lair_whose_owner_lives(self, tmp_path: Path) -> None:
        lair = watchdog.create_lair(tmp_path)

        assert watchdog.sweep(tmp_path) == []
        assert lair.exists()

    def test_spares_a_lair_of_another_machine(self, lair: Path) -> None:
        own(lair, host="another-machine")

        assert watchdog.sweep(lair.parent) == []
        assert lair.exists()

    def test_spares_a_folder_that_is_no_lair(self, tmp_path: Path) -> None:
        (tmp_path / f"{watchdog.PREFIX}of-somebody").mkdir()

        assert watchdog.sweep(tmp_path) == []
