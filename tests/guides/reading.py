"""How is a guide followed, command by command, as its reader would?"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.guides.document import GUIDES, Block, Command, guides_in_order, read
from tests.guides.world import World

COMMAND_SECONDS = 120.0
START_SECONDS = 60.0
STOP_SECONDS = 10.0


@dataclass
class Reader:
    """Follows the guides in the order of the index, each once; a guide builds on those before it."""

    world: World
    has_read: list[str] = field(default_factory=list)
    stuck_in: str = ""

    def follow_up_to(self, guide: str) -> None:
        """Follow every guide up to this one that was not followed yet."""
        for name in guides_in_order():
            assert not self.stuck_in, f"{self.stuck_in} could not be followed, so that {guide} has no ground"
            if name not in self.has_read:
                self._follow(name)
            if name == guide:
                return

    def _follow(self, name: str) -> None:
        self.stuck_in = name
        for block in read(GUIDES / name).of_language("console"):
            if "not run" not in block.remarks:
                self._run_block(name, block)
        self.has_read.append(name)
        self.stuck_in = ""

    def _run_block(self, guide: str, block: Block) -> None:
        for process in filter(None, block.remarks.get("stops", "").split(", ")):
            end(self.world.processes.pop(process))
        if "traffic" in block.remarks:
            self.world.visit()
        *others, last = block.commands
        for command in others:
            self._run(f"{guide}:{block.line}", command, block, exit_code=0)
        if "keeps running" in block.remarks:
            self._start(f"{guide}:{block.line}", last, block.remarks["keeps running"])
        else:
            self._run(f"{guide}:{block.line}", last, block, exit_code=block.exit_code)

    def _run(self, place: str, command: Command, block: Block, *, exit_code: int) -> None:
        __tracebackhide__ = True
        is_bare = block.remarks.get("project") == "without a map"
        done = subprocess.run(
            ["bash", "-c", command.text], cwd=self.world.bare if is_bare else self.world.project, env=self.world.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=COMMAND_SECONDS,
            check=False,
        )  # fmt: skip
        told = f"{place}: $ {command.text}\n{done.stdout}"
        assert done.returncode == exit_code, f"exit code {done.returncode}, not {exit_code}\n{told}"
        if command.shown:
            problem = difference(command.shown, done.stdout.rstrip().splitlines())
            assert problem is None, f"{problem}\n{told}"

    def _start(self, place: str, command: Command, name: str) -> None:
        __tracebackhide__ = True
        log = self.world.folder / f"{name}.log"
        process = self.world.start(name, ["bash", "-c", command.text], log=log)
        deadline = time.monotonic() + START_SECONDS
        while difference([*command.shown, "…"], log.read_text().splitlines()) is not None:
            said = f"{place}: $ {command.text}\n{log.read_text()}"
            assert process.poll() is None, f"{name} ended by itself with {process.returncode}\n{said}"
            assert time.monotonic() < deadline, f"{name} never said what the guide shows\n{said}"
            time.sleep(0.1)


def difference(shown: Sequence[str], printed: Sequence[str]) -> str | None:
    """Why what was printed is not what a guide shows; None when it is.

    `…` stands for any text within a line, and alone on a line for any number of lines.
    """
    left, right = [line.rstrip() for line in shown], [line.rstrip() for line in printed]
    while left and not left[-1]:
        left.pop()
    if _fits(left, right):
        return None
    missing = next(
        (line for line in left if line != "…" and not any(_line_fits(line, other) for other in right)), None
    )
    return (
        f"no line like {missing!r} was printed"
        if missing
        else "the lines come in another order, or there are others between them"
    )


def _fits(shown: Sequence[str], printed: Sequence[str]) -> bool:
    if not shown:
        return not printed
    if shown[0].strip() == "…":
        return any(_fits(shown[1:], printed[skipped:]) for skipped in range(len(printed) + 1))
    return bool(printed) and _line_fits(shown[0], printed[0]) and _fits(shown[1:], printed[1:])


def _line_fits(shown: str, printed: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in shown.split("…"))
    return re.fullmatch(pattern, printed) is not None


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children as their supervisor would."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
