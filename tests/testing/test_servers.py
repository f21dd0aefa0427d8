"""Does the supervisor start what was asked for, and does all of it end, whatever happens?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import redis

from boundaries.testing import installation, shared, watchdog
from boundaries.testing.server import ServerNotStarted
from boundaries.testing.servers import ServerDied, Servers, running
from tests.testing.conftest import ROOT, Supervisor
from tests.testing.process import is_alive, is_gone, processes_of
from tests.waiting import wait_for

Supervise = Callable[..., Supervisor]
OWN_SERVER = {"DATABASE_URL": "postgresql://mine/mine"}
PRINT_ENVIRONMENT = (sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))")


class TestCommand:
    def test_ends_with_the_exit_code_of_its_command(self, supervise: Supervise) -> None:
        code, _ = supervise("sh", "-c", "exit 3", env=OWN_SERVER).wait()

        assert code == 3

    def test_gives_its_command_every_url(self, supervise: Supervise) -> None:
        supervisor = supervise(*PRINT_ENVIRONMENT, options=("--clusters", "solo,further", "--redis"))
        output, _ = supervisor.process.communicate(timeout=30)
        environ = json.loads(output)

        for name in ("SOLO", "FURTHER"):
            for kind in ("ADMIN", "OWNER", "APP", "MOVER", "SERVICE", "READONLY"):
                assert f"{name}_{kind}_URL" in environ
        assert environ["DATABASE_URL"] == environ["SOLO_APP_URL"]
        assert environ["BOUNDARIES_MOVER_URL"] == environ["SOLO_MOVER_URL"]
        assert environ["BOUNDARIES_OWNER_URL"] == environ["SOLO_OWNER_URL"]
        assert environ["FURTHER_DATABASE_URL"] == environ["FURTHER_MOVER_URL"]
        assert environ["REDIS_URL"].startswith("redis://127.0.0.1:")
        assert is_gone(environ["BOUNDARIES_LAIR"])

    def test_names_a_command_that_does_not_exist(self, supervise: Supervise) -> None:
        code, errors = supervise("no-such-command", env=OWN_SERVER).wait()

        assert code == 2
        assert "BD706: The command 'no-such-command' could not be started" in errors

    @pytest.mark.parametrize("name", ["postgres", "pg_mine", "Upper", "with-dash", "1st", "x" * 60])
    def test_refuses_a_name_that_cannot_be_a_role(self, name: str) -> None:
        with pytest.raises(Exception, match="BD704"), running(clusters=(name,)):
            pass

    def test_passes_ctrl_c_on_and_waits_for_the_command(self, supervise: Supervise) -> None:
        supervisor = supervise(env=OWN_SERVER)
        supervisor.wait_until_command_runs()

        supervisor.process.send_signal(signal.SIGINT)

        assert supervisor.wait()[0] == 7
        assert is_gone(supervisor.lair)

    def test_passes_sigterm_on(self, supervise: Supervise) -> None:
        supervisor = supervise(env=OWN_SERVER)
        supervisor.wait_until_command_runs()

        supervisor.process.terminate()

        assert supervisor.wait()[0] == 128 + signal.SIGTERM
        assert is_gone(supervisor.lair)

    def test_ends_what_its_command_left_behind(self, supervise: Supervise, tmp_path: Path) -> None:
        left_behind = f"setsid sleep 60 & echo $! > {tmp_path}/pid"

        supervise("sh", "-c", left_behind, env=OWN_SERVER).wait()

        assert not is_alive(int((tmp_path / "pid").read_text()))

    def test_without_a_command_prints_the_environment_and_stays(
        self, plain_environment: dict[str, str]
    ) -> None:
        process = subprocess.Popen(
            [sys.executable, "-m", "boundaries.testing.servers", "--clusters", "solo"],
            cwd=ROOT, env=plain_environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        try:
            lines = [process.stdout.readline()]
            assert process.poll() is None
        finally:
            process.send_signal(signal.SIGINT)
            with process.stdout as rest:
                lines += rest
            process.wait(30)

        assert all(line.startswith("export ") for line in lines)
        assert any(line.startswith("export DATABASE_URL=postgresql://solo_app:") for line in lines)
        assert process.returncode == 0

    def test_starts_nothing_that_the_environment_names(self, supervise: Supervise) -> None:
        given = OWN_SERVER | {"REDIS_URL": "redis://mine"}
        supervisor = supervise(*PRINT_ENVIRONMENT, options=("--clusters", "solo", "--redis"), env=given)
        output, errors = supervisor.process.communicate(timeout=30)
        environ = json.loads(output)

        assert given.items() <= environ.items()
        assert "SOLO_ADMIN_URL" not in environ
        assert "Servers:" not in errors


class TestKilled:
    def test_supervisor_leaves_nothing(self, supervise: Supervise) -> None:
        supervisor = supervise(options=("--clusters", "solo", "--redis"))
        supervisor.wait_until_command_runs()
        assert len(processes_of(supervisor.lair)) > 3

        supervisor.process.kill()

        wait_for(lambda: is_gone(supervisor.lair))

    def test_supervisor_and_watchdog_are_swept_up_by_the_next_one(
        self, supervise: Supervise, tmp_path: Path
    ) -> None:
        supervisor = supervise(options=("--clusters", "solo", "--folder", str(tmp_path / "lairs")))
        (tmp_path / "lairs").mkdir()
        shared = Path(tempfile.gettempdir())
        for folder in (tmp_path, *tmp_path.parents):
            if folder.is_relative_to(shared) and folder != shared:
                folder.chmod(0o711)
        supervisor.wait_until_command_runs()
        watchdogs = [pid for pid in processes_of(supervisor.lair) if b"watchdog.py" in _command_line(pid)]
        assert len(watchdogs) == 1

        os.kill(watchdogs[0], signal.SIGKILL)
        supervisor.process.kill()
        supervisor.process.wait()
        assert processes_of(supervisor.lair)

        assert watchdog.sweep(tmp_path / "lairs") == [Path(supervisor.lair)]
        assert is_gone(supervisor.lair)

    def test_make_takes_the_servers_along(self, tmp_path: Path, plain_environment: dict[str, str]) -> None:
        stay = f"{sys.executable} -m boundaries.testing.servers --clusters solo -- sh -c"
        recipe = f"stay:\n\t@true && {stay} 'echo $$BOUNDARIES_LAIR > {tmp_path}/new; mv {tmp_path}/new {tmp_path}/lair; sleep 60'\n"
        (tmp_path / "Makefile").write_text(recipe)
        make = subprocess.Popen(
            ["make", "-f", tmp_path / "Makefile", "stay"], cwd=ROOT, env=plain_environment
        )
        wait_for((tmp_path / "lair").exists)
        lair = (tmp_path / "lair").read_text().strip()

        make.kill()
        make.wait()

        wait_for(lambda: is_gone(lair))

    def test_test_run_takes_its_servers_and_children_along(
        self, tmp_path: Path, environment_with_clusters: dict[str, str]
    ) -> None:
        test = (
            "import subprocess, pathlib, time\n"
            "def test_that_stays(servers):\n"
            "    child = subprocess.Popen(['sleep', '60'], start_new_session=True)\n"
            "    folder = pathlib.Path(__file__).parent\n"
            "    (folder / 'new').write_text(servers.environ['BOUNDARIES_LAIR'])\n"
            "    (folder / 'new').rename(folder / 'lair')\n"
            "    time.sleep(60)\n"
        )
        (tmp_path / "test_that_stays.py").write_text(test)
        run = _start_pytest(tmp_path, environment_with_clusters)
        wait_for((tmp_path / "lair").exists)
        lair = (tmp_path / "lair").read_text()
        running = [_command_line(pid) for pid in processes_of(lair)]
        assert any(b"sleep" in command for command in running)
        assert any(b"redis-server" in command for command in running)

        run.kill()
        run.communicate()

        wait_for(lambda: is_gone(lair))

    def test_postgres_ends_the_run_with_one_clear_line(self, supervise: Supervise) -> None:
        kill_it = 'kill -9 "$(head -n 1 "$BOUNDARIES_LAIR/solo/data/postmaster.pid")"; sleep 60'
        code, errors = supervise("sh", "-c", kill_it).wait()

        assert code == 2
        assert "BD705: solo ended by itself, with exit code -9" in errors


class TestPlugin:
    def test_starts_nothing_in_a_project_that_only_has_it_installed(
        self, tmp_path: Path, plain_environment: dict[str, str]
    ) -> None:
        (tmp_path / "test_theirs.py").write_text(
            "import os, sys\n"
            "def test_theirs():\n"
            "    assert 'BOUNDARIES_LAIR' not in os.environ\n"
            "    heavy = {'boundaries.testing.servers', 'boundaries.testing.shared', 'psycopg', 'msgspec'}\n"
            "    assert not heavy & set(sys.modules)\n"
        )
        run = _start_pytest(tmp_path, plain_environment)
        output, _ = run.communicate(timeout=30)

        assert run.returncode == 0, output

    def test_says_so_when_a_server_died(
        self, tmp_path: Path, environment_with_clusters: dict[str, str]
    ) -> None:
        (tmp_path / "test_theirs.py").write_text(
            "def test_theirs(servers):\n    servers.redis.kill()\n    raise AssertionError\n"
        )
        run = _start_pytest(tmp_path, environment_with_clusters)
        output, _ = run.communicate(timeout=30)

        assert run.returncode == 1
        assert "BD705: redis ended by itself" in output


class TestCluster:
    def test_answers_as_configured(self, servers: Servers) -> None:
        with psycopg.connect(servers.admin_url("alpha")) as connection:
            shown = {
                name: connection.execute(f"SHOW {name}").fetchone()[0]
                for name in ("wal_level", "max_connections", "fsync", "listen_addresses", "timezone")
            }

        assert shown == {
            "wal_level": "logical",
            "max_connections": "200",
            "fsync": "on",
            "listen_addresses": "127.0.0.1",
            "timezone": "UTC",
        }

    def test_is_another_system_than_the_other_cluster(self, servers: Servers) -> None:
        identifiers = set()
        for name in shared.CLUSTERS:
            with psycopg.connect(servers.admin_url(name)) as connection:
                identifiers.add(
                    connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone()
                )

        assert len(identifiers) == 2

    def test_comes_back_with_its_data_after_kill_9(self, plain_environment: dict[str, str]) -> None:
        with running(clusters=("solo",), redis=False, given=plain_environment) as servers:
            cluster = servers.clusters["solo"]
            with psycopg.connect(servers.environ["BOUNDARIES_OWNER_URL"]) as connection:
                connection.execute("CREATE TABLE fact (id int)")

            cluster.kill()
            with pytest.raises(ServerDied):
                servers.check()
            cluster.start()

            servers.check()
            with psycopg.connect(servers.environ["BOUNDARIES_OWNER_URL"]) as connection:
                assert connection.execute("SELECT count(*) FROM fact").fetchone() == (0,)

    def test_runs_from_a_copy_where_its_account_may_not_enter(
        self, monkeypatch: pytest.MonkeyPatch, plain_environment: dict[str, str]
    ) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root runs servers as somebody else")
        can_run = installation._can_run

        def only_inside(binaries: Path, lair: Path, account: dict[str, object]) -> bool:
            return lair in binaries.parents and can_run(binaries, lair, account)

        monkeypatch.setattr(installation, "_can_run", only_inside)
        with running(clusters=("solo",), redis=False, given=plain_environment) as servers:
            executable = Path(f"/proc/{servers.clusters['solo'].process.pid}/exe").readlink()

            assert str(executable).startswith(servers.environ[watchdog.MARK])
            with psycopg.connect(servers.environ["DATABASE_URL"]) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)

    def test_tells_which_extra_is_missing_and_leaves_no_folder(
        self, monkeypatch: pytest.MonkeyPatch, plain_environment: dict[str, str], tmp_path: Path
    ) -> None:
        monkeypatch.setattr(installation, "POSTGRES_WHEEL", "no_such_wheel")
        monkeypatch.setenv("PATH", "")

        with (
            pytest.raises(installation.ExtraMissing, match=r"BD701: .*django-strangler\[servers\]"),
            running(clusters=("solo",), folder=tmp_path, given=plain_environment),
        ):
            pass

        assert list(tmp_path.iterdir()) == []

    def test_tells_when_no_account_can_run_it(
        self, monkeypatch: pytest.MonkeyPatch, plain_environment: dict[str, str], tmp_path: Path
    ) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root runs servers as somebody else")
        monkeypatch.setattr(installation, "_ACCOUNTS", ("no_such_account",))

        with (
            pytest.raises(installation.AccountMissing, match=r"BD702: .*no_such_account"),
            running(clusters=("solo",), folder=tmp_path, given=plain_environment),
        ):
            pass

        assert list(tmp_path.iterdir()) == []

    def test_tells_the_end_of_the_log_when_it_does_not_start(
        self, monkeypatch: pytest.MonkeyPatch, plain_environment: dict[str, str], tmp_path: Path
    ) -> None:
        broken = tmp_path / "redis-server"
        broken.write_text("#!/bin/sh\necho this machine is out of luck\nexit 1\n")
        broken.chmod(0o755)
        monkeypatch.setattr("boundaries.testing.installation.find_redis", lambda: broken)

        with (
            pytest.raises(
                ServerNotStarted, match=r"BD703: Redis redis did not start: this machine is out of luck"
            ),
            running(clusters=("solo",), given=plain_environment | OWN_SERVER),
        ):
            pass


class TestRedis:
    def test_answers(self, servers: Servers) -> None:
        with redis.Redis.from_url(servers.environ["REDIS_URL"]) as client:
            assert client.ping()

    def test_is_named_when_it_is_absent(
        self, monkeypatch: pytest.MonkeyPatch, plain_environment: dict[str, str]
    ) -> None:
        monkeypatch.setattr("boundaries.testing.installation.find_redis", lambda: None)
        given = plain_environment | OWN_SERVER

        with running(clusters=("solo",), given=given) as servers:
            assert servers.environ["CELERY_BROKER_URL"] == "filesystem://"
            assert "REDIS_URL" not in servers.environ
            assert len(servers.notes) == 1


def _start_pytest(folder: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    named = {name: value for name, value in environment.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-c",
        os.devnull,
        "--rootdir",
        folder,
        "-p",
        "no:cacheprovider",
    ]
    return subprocess.Popen(
        [*command, "-p", "tests.testing.installed", folder],
        cwd=ROOT,
        env=named,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def _command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
