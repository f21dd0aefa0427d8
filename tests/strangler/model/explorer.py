"""Visit every state that a model can come to; name the first one that breaks a rule, and how it came about."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

S = TypeVar("S", bound=Hashable)


@dataclass(frozen=True)
class Explored:
    """What was found: how many states, which steps were ever taken, and the trace to the first broken rule, if any."""

    states: int
    steps: frozenset[str]
    broken: str = ""
    trace: tuple[str, ...] = field(default=(), repr=False)


def explore(
    start: S,
    moves: Callable[[S], Iterable[tuple[str, S]]],
    rules: Mapping[str, Callable[[S], bool]],
    goal: Callable[[S], bool],
) -> Explored:
    """Visit all states, breadth first, so that a trace is as short as can be.

    A rule must hold in every state. From every state the `goal` must be within reach, or "never stuck" is broken.
    """
    came_from: dict[S, tuple[S, str] | None] = {start: None}
    before: dict[S, list[S]] = {}
    steps: set[str] = set()
    queue = deque([start])
    while queue:
        state = queue.popleft()
        for name, rule in rules.items():
            if not rule(state):
                return Explored(len(came_from), frozenset(steps), name, _trace(came_from, state))
        for step, following in moves(state):
            steps.add(step)
            before.setdefault(following, []).append(state)
            if following not in came_from:
                came_from[following] = (state, step)
                queue.append(following)
    stuck = came_from.keys() - _reaching(came_from, before, goal)
    if stuck:
        first = next(state for state in came_from if state in stuck)
        return Explored(len(came_from), frozenset(steps), "never stuck", _trace(came_from, first))
    return Explored(len(came_from), frozenset(steps))


def _reaching(states: Iterable[S], before: Mapping[S, list[S]], goal: Callable[[S], bool]) -> set[S]:
    """The states from which the goal can be reached."""
    reaching = {state for state in states if goal(state)}
    queue = deque(reaching)
    while queue:
        for state in before.get(queue.popleft(), ()):
            if state not in reaching:
                reaching.add(state)
                queue.append(state)
    return reaching


def _trace(came_from: Mapping[S, tuple[S, str] | None], state: S) -> tuple[str, ...]:
    steps = []
    while (origin := came_from[state]) is not None:
        state, step = origin
        steps.append(step)
    return tuple(reversed(steps))
