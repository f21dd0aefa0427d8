"""How does a command run with servers around it?"""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from boundaries.errors import BoundaryError
from boundaries.testing import watchdog
from boundaries.testing.servers import Servers, describe, running

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_POLL_SECONDS = 0.1
_PATIENCE_SECONDS = 10.0


class CommandNotStarted(BoundaryError):
    """Raised when the command after `--` cannot be run at all."""

    code = "BD706"
    problem = "The command {command!r} could not be started: {reason}."
    remedy = "Check its name and path after `--`."


class _Interrupted(BaseException):
    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


class _Switchboard:
    """Passes signals on to the command; while there is none, a signal ends the start-up."""

    def __init__(self) -> None:
        self.command: subprocess.Popen[bytes] | None = None
        self.is_closed = False
        for number in _SIGNALS:
            # Under nohup, and in the background of a script, some are ignored on purpose.
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self)

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        if self.is_closed:
            return
        if self.command is None:
            self.is_closed = True
            raise _Interrupted(number)
        self.command.send_signal(number)


def main(argv: Sequence[str] | None = None) -> int:
    """Start servers, run the command with their environment, end everything, return the command's exit code.

    Without a command: print `export NAME=value` lines and wait for Ctrl-C. Exit code 2 for a refusal, 128
    plus the signal's number for a death by signal. The command gets a session of its own, so that Ctrl-C
    reaches it once.
    """
    options = _parse(sys.argv[1:] if argv is None else list(argv))
    watchdog.end_with_make()
    switchboard = _Switchboard()
    try:
        return _run(options, switchboard)
    except BoundaryError as error:
        print(error.render(), file=sys.stderr)
        return 2
    except _Interrupted as interrupted:
        return 128 + interrupted.number


def _run(options: argparse.Namespace, switchboard: _Switchboard) -> int:
    started = time.monotonic()
    with running(clusters=options.clusters, redis=options.redis, folder=options.folder) as servers:
        try:
            _tell(servers, time.monotonic() - started)
            if options.command:
                return _run_command(options.command, servers, switchboard)
            return _stay(servers)
        finally:
            # From here on nothing may interrupt the cleaning up.
            switchboard.is_closed = True


def _run_command(arguments: Sequence[str], servers: Servers, switchboard: _Switchboard) -> int:
    try:
        command = subprocess.Popen(arguments, env={**os.environ, **servers.environ}, start_new_session=True)
    except OSError as error:
        raise CommandNotStarted(command=arguments[0], reason=error.strerror) from error
    switchboard.command = command
    try:
        return _watch(command, servers)
    finally:
        _end(command)


def _watch(command: subprocess.Popen[bytes], servers: Servers) -> int:
    while True:
        try:
            code = command.wait(_POLL_SECONDS)
        except subprocess.TimeoutExpired:
            servers.check()
        else:
            return code if code >= 0 else 128 - code


def _end(command: subprocess.Popen[bytes]) -> None:
    if command.poll() is None:
        command.terminate()
        try:
            command.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            command.kill()


def _stay(servers: Servers) -> int:
    wanted = {name: value for name, value in servers.environ.items() if name != watchdog.MARK}
    try:
        print("\n".join(f"export {name}={shlex.quote(value)}" for name, value in wanted.items()), flush=True)
        while True:
            time.sleep(_POLL_SECONDS)
            servers.check()
    except _Interrupted:
        return 0


def _tell(servers: Servers, seconds: float) -> None:
    for note in servers.notes:
        print(note, file=sys.stderr)
    if told := ", ".join(f"{name} ({title})" for name, title in describe(servers).items()):
        print(f"Servers: {told}, ready in {seconds:.1f} s.", file=sys.stderr, flush=True)


def _parse(arguments: list[str]) -> argparse.Namespace:
    # Split by hand: argparse treats `--` differently from one Python to the next.
    end = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(
        prog="python -m boundaries.testing.servers",
        usage="%(prog)s [--clusters NAME,NAME] [--redis] [--folder FOLDER] [-- COMMAND ...]",
        description="Run a command with real PostgreSQL clusters and Redis around it; all of it ends with the"
        " command. Without a command, print the environment and stay until Ctrl-C.",
    )
    parser.add_argument(
        "--clusters",
        type=_names,
        default=("monolith",),
        metavar="NAME,NAME",
        help="default: monolith; the first gets its database",
    )
    parser.add_argument("--redis", action="store_true", help="start a Redis too")
    parser.add_argument(
        "--folder", type=Path, help="where the throw-away folder is made (default: the temporary folder)"
    )
    return parser.parse_args(arguments[:end], argparse.Namespace(command=arguments[end + 1 :]))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
