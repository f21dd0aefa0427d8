"""Would the supervisors accept the files that `boundaries follow --print-unit` prints, and do they hear the follower?"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from types import SimpleNamespace

import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from boundaries import cli
from boundaries.strangler.ending import ends_in_time
from boundaries.strangler.heartbeat import Heartbeat
from boundaries.strangler.unit import KILL_SECONDS

SYSTEMD = shutil.which("systemd-analyze")


@pytest.fixture
def printed(capsys):
    def print_unit(name: str) -> str:
        assert cli.main(["follow", "--print-unit", name]) == 0
        return capsys.readouterr().out

    return print_unit


@pytest.mark.skipif(SYSTEMD is None, reason="no systemd-analyze: apt-get install systemd")
class TestSystemd:
    @pytest.fixture
    def unit(self, printed, tmp_path: Path) -> Path:
        unit = tmp_path / "follow.service"
        unit.write_text(printed("systemd"))
        return unit

    def test_unit_is_accepted(self, unit: Path):
        done = subprocess.run(
            [str(SYSTEMD), "verify", str(unit)], capture_output=True, text=True, check=False, timeout=30
        )

        assert (done.returncode, done.stderr) == (0, "")

    def test_unit_leaves_little_to_attack(self, unit: Path):
        done = subprocess.run(
            [str(SYSTEMD), "security", "--offline=true", "--threshold=20", str(unit)],
            capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip

        assert done.returncode == 0, done.stdout[-2000:]

    def test_unit_waits_longer_than_the_follower_takes_to_end(self, unit: Path):
        (stop,) = re.findall(r"TimeoutStopSec=(\d+)", unit.read_text())

        assert int(stop) == KILL_SECONDS > 5


class TestKubernetes:
    def test_deployment_is_accepted(self, printed):
        deployment = YAML(typ="safe").load(printed("kubernetes"))

        kubernetes_validate.validate(deployment, kubernetes_validate.latest_version(), strict=True)

        spec = deployment["spec"]["template"]["spec"]
        assert spec["containers"][0]["command"][:2] == ["boundaries", "follow"]

    def test_probe_fails_for_a_follower_that_no_longer_goes_round(self, printed, tmp_path: Path):
        beat = tmp_path / "beat"
        (said,) = re.findall(r"\[sh, -c, (.*)\]\}", printed("kubernetes"))
        probe = ["sh", "-c", said[1:-1].replace('\\"', '"').replace("/tmp/boundaries-follow", str(beat))]

        missing = subprocess.run(probe, check=False, capture_output=True).returncode
        Heartbeat(beat).beat()
        fresh = subprocess.run(probe, check=False).returncode
        os.utime(beat, (0, 0))
        stale = subprocess.run(probe, check=False).returncode

        assert (missing, fresh, stale) == (1, 0, 1)


def test_procfile_is_one_line(printed):
    assert printed("procfile") == "follow: boundaries follow\n"


def test_heartbeat_tells_systemd_and_touches_the_file(tmp_path: Path, monkeypatch):
    clock = SimpleNamespace(now=100.0, monotonic=lambda: clock.now)
    monkeypatch.setattr("boundaries.strangler.heartbeat.time", clock)
    address, beat = str(tmp_path / "notify"), tmp_path / "beat"
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        heartbeat = Heartbeat(beat)
        heartbeat.beat()
        heartbeat.beat()
        clock.now += 1.5
        heartbeat.beat()
        assert beat.exists()
        heartbeat.stop()

        systemd.setblocking(False)
        assert [systemd.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]
        with pytest.raises(BlockingIOError):
            systemd.recv(100)
    assert not beat.exists()


class TestEnding:
    def test_a_wait_is_cut_when_its_time_is_over(self, monkeypatch):
        monkeypatch.setattr("boundaries.strangler.ending.STOP_SECONDS", 0.05)
        stop, cut = threading.Event(), threading.Event()
        with ends_in_time(stop, cut.set):
            stop.set()
            assert cut.wait(5)

    def test_nothing_is_cut_when_it_ends_by_itself(self, monkeypatch):
        monkeypatch.setattr("boundaries.strangler.ending.STOP_SECONDS", 0.05)
        stop, cut = threading.Event(), threading.Event()
        with ends_in_time(stop, cut.set):
            stop.set()

        assert not cut.wait(0.2)
