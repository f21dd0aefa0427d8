"""How is `boundaries …` run a thousand times, each time in a process of its own, without loading it a thousand times?

One process loads Django and the kit once and then only forks: the child calls the console script's `main` with the
command line that it was given, and can be killed, stopped and armed like any other. Runs drawn as "cold" start the
console script itself.

Protocol, one JSON object a line: {"argv": [...], "env": {...}, "log": FILE} is answered with {"pid": N}; a child that
ends is told as {"pid": N, "exit": CODE}.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.orders import end

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


@dataclass
class Command:
    """One running command line; `code` is set when it has ended (negative: the signal)."""

    words: tuple[str, ...]
    pid: int
    log: Path
    ended: threading.Event = field(default_factory=threading.Event)
    code: int | None = None
    process: subprocess.Popen[bytes] | None = None

    def send(self, number: signal.Signals) -> None:
        """Signal the process, if it is still there."""
        if not self.is_over():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def is_over(self) -> bool:
        """Whether it has ended."""
        if self.process is not None and self.process.poll() is not None and not self.ended.is_set():
            self.end(self.process.returncode)
        return self.ended.is_set()

    def wait(self, seconds: float = 90.0) -> int:
        """Its exit code.

        :raises TimeoutError: with the end of what it has printed.
        """
        deadline = time.monotonic() + seconds
        while not self.is_over():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{' '.join(self.words)} was not over after {seconds} s: {self.printed()}")
            self.ended.wait(0.01)
        assert self.code is not None
        return self.code

    def send_and_wait(self) -> int:
        """SIGTERM, and its exit code."""
        self.send(signal.SIGTERM)
        return self.wait()

    def end(self, code: int) -> None:
        """Note that it is over."""
        self.code = code
        self.ended.set()

    def printed(self) -> str:
        """What it has printed so far."""
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""

    def told(self) -> dict[str, Any]:
        """The one object that a step prints with --json; empty when it did not come to that."""
        text = self.printed() if self.log.stat().st_size <= 4000 else self.log.read_text(errors="replace")
        start = text.find("{\n")
        with suppress(json.JSONDecodeError):
            return json.JSONDecoder().raw_decode(text[start:])[0] if start >= 0 else {}
        return {}


class Mover:
    """Starts the kit's command lines in one project's folder."""

    def __init__(self, *, folder: Path, environ: Mapping[str, str], logs: Path, preload: str = "") -> None:
        self.folder, self.environ, self.logs = folder, dict(environ), logs
        self.started = 0
        self.running: dict[int, Command] = {}
        self._begun: list[Command] = []
        self._changed = threading.Condition()
        extra = {"LD_PRELOAD": preload} if preload else {}
        with (logs / "mover.stderr").open("a") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.mover", str(folder)], text=True, bufsize=1, cwd=ROOT,
                env={**self.environ, **extra, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True,
            )  # fmt: skip
        assert self.process.stdout
        ready = self.process.stdout.readline()
        assert ready.strip() == "ready", (logs / "mover.stderr").read_text()[-2000:]
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def start(self, *words: str, is_cold: bool = False, **env: str) -> Command:
        """Start `boundaries WORDS`, with more environment."""
        self.started += 1
        log = self.logs / f"{self.started:05d}-{'-'.join(words[:3])}.log"
        return self._cold(words, log, env) if is_cold else self._warm(words, log, env)

    def close(self) -> None:
        """End the forking process, and all that it has started."""
        for command in list(self.running.values()):
            command.send(signal.SIGCONT)
            command.send(signal.SIGKILL)
        self.process.kill()
        self._reader.join()
        end(self.process)

    def _cold(self, words: Sequence[str], log: Path, env: Mapping[str, str]) -> Command:
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(BIN / "boundaries"), *words], cwd=self.folder, env={**self.environ, **env}, stdout=output,
                stderr=output, start_new_session=True,
            )  # fmt: skip
        command = Command(tuple(words), process.pid, log, process=process)
        self.running[process.pid] = command
        return command

    def _warm(self, words: Sequence[str], log: Path, env: Mapping[str, str]) -> Command:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"argv": list(words), "env": env, "log": str(log)}) + "\n")
        self.process.stdin.flush()
        with self._changed:
            assert self._changed.wait_for(lambda: self._begun, 20), "the mover's process does not answer"
            command = self._begun.pop(0)
            command.words, command.log = tuple(words), log
        return command

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            told = json.loads(line)
            with self._changed:
                if "exit" in told:
                    command = self.running.pop(told["pid"])
                    command.end(told["exit"])
                else:
                    self.running[told["pid"]] = Command((), told["pid"], Path())
                    self._begun.append(self.running[told["pid"]])
                    self._changed.notify_all()


def _serve(folder: str) -> None:
    """Load everything, then fork for each line."""
    import gc

    os.chdir(folder)
    sys.path.insert(0, folder)
    import django

    django.setup()
    _load_all()
    _sleep_by_select()
    _mutate(os.environ.get("CHAOS_MUTANT", ""))
    gc.collect()
    gc.freeze()
    lock = threading.Lock()
    said = os.fdopen(os.dup(1), "w", buffering=1)

    children: set[int] = set()

    def say(**words: Any) -> None:
        with lock:
            children.discard(words["pid"])
            said.write(json.dumps(words) + "\n")

    print("ready", flush=True)
    signal.set_wakeup_fd(_pipe_of_children(say))
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    for line in sys.stdin:
        words = json.loads(line)
        with lock:
            pid = os.fork()
            if pid == 0:
                _become(words)
            children.add(pid)
            said.write(json.dumps({"pid": pid}) + "\n")
    for pid in list(children):  # the runner is gone
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _pipe_of_children(say: Any) -> int:
    """Tell of each child that ends, in a thread that a signal wakes through a pipe."""
    read, write = os.pipe()
    os.set_blocking(write, False)

    def reap() -> None:
        while os.read(read, 64):
            while True:
                try:
                    pid, status = os.waitpid(-1, os.WNOHANG)
                except ChildProcessError:
                    break
                if pid == 0:
                    break
                say(pid=pid, exit=os.waitstatus_to_exitcode(status))

    threading.Thread(target=reap, daemon=True).start()
    return write


def _become(words: dict[str, Any]) -> None:
    """In the child: run the command line and end with its exit code."""
    import random
    import traceback

    code = 70
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        output = os.open(words["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.update(words["env"])
        random.seed()
        from boundaries import cli, faults

        faults.arm(os.environ.get("BOUNDARIES_FAULT", ""))
        code = cli.main(words["argv"])
        sys.stdout.flush()
        sys.stderr.flush()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001  (a child must not go on as the server)
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code or 0)


def _load_all() -> None:
    """Import what the verbs would import later, so that the children share it."""
    import importlib
    import pkgutil

    import boundaries.strangler

    for module in pkgutil.walk_packages(boundaries.strangler.__path__, "boundaries.strangler."):
        if ".rehearsal" not in module.name and ".migrations" not in module.name:
            importlib.import_module(module.name)
    importlib.import_module("boundaries.cli").collect_verbs()


def _sleep_by_select() -> None:
    """libfaketime 0.9.10 breaks `clock_nanosleep` with an absolute time, which is what `time.sleep` uses."""
    if "FAKETIME_TIMESTAMP_FILE" in os.environ:
        import select

        time.sleep = lambda seconds: select.select([], [], [], seconds) and None


def _mutate(name: str) -> None:
    if name:
        from tests.chaos import mutant

        mutant.apply(name)


if __name__ == "__main__":
    _serve(sys.argv[1])
