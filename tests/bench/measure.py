"""How are two ways of doing the same thing compared on a machine that does other things too?"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

Work = Callable[[], object]


def seconds_of(work: Work) -> float:
    """How long it takes once."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def processor_seconds_of(work: Work) -> float:
    """The processor time of this thread: for work that waits for nobody, on a machine that is busy with others."""
    started = time.thread_time()
    work()
    return time.thread_time() - started


def interleaved(
    works: Mapping[str, Work], *, rounds: int, cost: Callable[[Work], float] = seconds_of
) -> dict[str, float]:
    """The median cost of each, taken in turns after one round that is not counted; who begins changes each round."""
    costs: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        names = list(works) if number % 2 else list(reversed(works))
        for name in names:
            spent = cost(works[name])
            if number:
                costs[name].append(spent)
    return {name: median(values) for name, values in costs.items()}


def ratio_of(ours: Work, theirs: Work, *, rounds: int, cost: Callable[[Work], float] = seconds_of) -> float:
    """The cost of ours over theirs."""
    found = interleaved({"theirs": theirs, "ours": ours}, rounds=rounds, cost=cost)
    return found["ours"] / found["theirs"]


def cpu_of_children(work: Work) -> float:
    """A cost: the processor time of the processes that the work starts and waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cpu_of(pid: int) -> Callable[[Work], float]:
    """A cost: the processor time, in seconds, that another process spends while the work is done.

    Wall time of single statements is useless where commits wait for a disk.
    """
    clock = Path(f"/proc/{pid}/schedstat")

    def cost(work: Work) -> float:
        before = int(clock.read_text().split()[0])
        work()
        return (int(clock.read_text().split()[0]) - before) / 1e9

    return cost
