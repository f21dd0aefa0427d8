"""Who ends what is left, when its supervisor was killed?

Every supervisor owns one throw-away *lair*: a folder below the system's temporary folder that holds the data
of its servers. A process belongs to the lair when its current directory lies inside (the servers), when its
environment carries the lair's path in `BOUNDARIES_LAIR` (the command and all that it started), or when the
lair lists it.

A small process of its own waits on a pipe for the supervisor's death, by whatever signal, then ends all of
them and removes the folder. If even that process was killed, the next supervisor's `sweep()` does the same.

This file runs alone as well (`python watchdog.py LAIR`), so it imports nothing but the standard library.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

MARK = "BOUNDARIES_LAIR"
PREFIX = "boundaries-"
_PROC = Path("/proc")
_POLITE_SECONDS = 3.0
_BRUTAL_SECONDS = 3.0


def create_lair(parent: Path) -> Path:
    """Make a new lair below `parent` that this process owns; others may pass through it, but not list it."""
    lair = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent)).resolve()
    (lair / "owner").write_text(f"{socket.gethostname()} {os.getpid()} {_birth(os.getpid())}")
    lair.chmod(0o711)
    return lair


def enlist(lair: Path, pid: int) -> None:
    """Note that the process `pid` belongs to the lair; needed only where there is no /proc to ask."""
    with (lair / "processes").open("a") as listed:
        listed.write(f"{pid} {_birth(pid)}\n")


def guard(lair: Path) -> subprocess.Popen[bytes]:
    """Start the process that ends everything in the lair as soon as this process is gone.

    Its environment is empty, so that it never carries the mark of an outer lair.
    """
    return subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, str(lair)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={"LC_ALL": "C"},
        cwd="/",
    )


def dismiss(watchdog: subprocess.Popen[bytes]) -> None:
    """Tell a watchdog that its supervisor has cleaned up by itself."""
    with contextlib.suppress(BrokenPipeError):
        watchdog.communicate(b"done\n")


def clear(lair: Path) -> None:
    """End every process of the lair, the servers in their own way first, then remove its folder."""
    _ask_all(lair)
    if not _wait_until(lambda: not any(_residents(lair)), _POLITE_SECONDS):
        _wait_until(lambda: not _kill(_residents(lair)), _BRUTAL_SECONDS)
    # A dying server may still write a file while the tree is being removed.
    _wait_until(lambda: _is_removed(lair), _BRUTAL_SECONDS)


def kill_inhabitants(folder: Path) -> None:
    """SIGKILL every process whose current directory lies in the folder, until there is none."""
    _wait_until(lambda: not _kill(_inhabitants(folder)), _BRUTAL_SECONDS)


def sweep(parent: Path) -> list[Path]:
    """Clear the lairs below `parent` whose supervisor on this machine is dead; return them."""
    dead = [lair for lair in parent.glob(f"{PREFIX}*") if _is_abandoned(lair)]
    for lair in dead:
        clear(lair)
    return dead


def end_with_make() -> None:
    """End this process by SIGTERM when the `make` dies whose recipe it belongs to, if there is one.

    make passes its own signals on, except the one that it cannot see: kill -9 would leave its recipe running.
    """
    for pid in _ancestors():
        if _program(pid) in ("make", "gmake"):
            threading.Thread(target=_follow, args=(pid, _birth(pid)), daemon=True).start()
            return


def _follow(pid: int, birth: str) -> None:
    while _is_running(pid, birth):
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def _ancestors() -> Iterator[int]:
    pid = os.getppid()
    while pid > 1:
        yield pid
        fields = _stat(pid)
        pid = int(fields[1]) if fields else 0


def _program(pid: int) -> str:
    try:
        return (_PROC / str(pid) / "comm").read_text().strip()
    except OSError:
        return ""


def _is_abandoned(lair: Path) -> bool:
    try:
        if lair.stat().st_uid != os.getuid():
            return False
        host, pid, birth = (lair / "owner").read_text().split()
    except (OSError, ValueError):
        return False
    return host == socket.gethostname() and not _is_running(int(pid), birth)


def _is_running(pid: int, birth: str) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return _birth(pid) == birth and not _is_zombie(pid)


def _birth(pid: int) -> str:
    """When a process started, by the kernel's clock, as its number may be used again; `-` if not known."""
    fields = _stat(pid)
    return fields[19] if fields else "-"


def _is_zombie(pid: int) -> bool:
    fields = _stat(pid)
    return bool(fields) and fields[0] == "Z"


def _stat(pid: int) -> list[str]:
    try:
        # The name of the program, in brackets, may hold blanks and brackets itself.
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _residents(lair: Path) -> Iterator[int]:
    found = {*_guests(lair), *_inhabitants(lair), *_listed(lair)} - {os.getpid()}
    return (pid for pid in sorted(found) if not _is_zombie(pid))


def _inhabitants(lair: Path) -> Iterator[int]:
    for entry in _PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # A zombie has no current directory any more, so it is not found.
            home = entry.joinpath("cwd").readlink()
            if lair in (home, *home.parents):
                yield int(entry.name)


def _guests(lair: Path) -> Iterator[int]:
    mark = f"{MARK}={lair}".encode()
    for entry in _PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in entry.joinpath("environ").read_bytes().split(b"\0"):
                yield int(entry.name)


def _listed(lair: Path) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for line in (lair / "processes").read_text().splitlines():
            pid, birth = line.split()
            if _is_running(int(pid), birth):
                yield int(pid)


def _ask_all(lair: Path) -> None:
    # PostgreSQL takes SIGTERM as "wait until all clients are gone", SIGQUIT as "stop now".
    servers = set(_inhabitants(lair))
    for pid in _residents(lair):
        _signal(pid, signal.SIGQUIT if pid in servers else signal.SIGTERM)


def _kill(pids: Iterable[int]) -> int:
    return sum(_signal(pid, signal.SIGKILL) for pid in pids)


def _is_removed(lair: Path) -> bool:
    shutil.rmtree(lair, ignore_errors=True)
    return not lair.exists()


def _signal(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _main() -> None:
    lair, supervisor = Path(sys.argv[1]), os.getppid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while os.getppid() == supervisor:
        # The time-out is for a pipe that a forked child of the supervisor still holds open.
        if select.select([0], [], [], 0.5)[0]:
            if os.read(0, 16):
                return
            break
    clear(lair)


if __name__ == "__main__":
    _main()
