"""Which row does each box lie in, so that arrows point down wherever they can?

Everything here is deterministic: names are visited sorted, ties fall to the name that comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Weights = Mapping[tuple[str, str], float]


def knots_of(names: Iterable[str], weights: Weights) -> list[list[str]]:
    """The strongly connected sets, dependents before what they depend on; a set of one closes no cycle.

    Tarjan's algorithm, without recursion.
    """
    targets = _targets(weights)
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    stacked: set[str] = set()
    found: list[list[str]] = []
    for start in sorted(names):
        if start in number:
            continue
        number[start] = low[start] = len(number)
        trail = [(start, iter(targets.get(start, ())))]
        stack.append(start)
        stacked.add(start)
        while trail:
            name, rest = trail[-1]
            step = next(rest, None)
            if step is None:
                trail.pop()
                if trail:
                    low[trail[-1][0]] = min(low[trail[-1][0]], low[name])
                if low[name] == number[name]:
                    found.append(_pop_until(name, stack, stacked))
            elif step not in number:
                number[step] = low[step] = len(number)
                stack.append(step)
                stacked.add(step)
                trail.append((step, iter(targets.get(step, ()))))
            elif step in stacked:
                low[name] = min(low[name], number[step])
    return found[::-1]


def line_up(names: Iterable[str], weights: Weights) -> list[str]:
    """All names in one line, dependents first, such that little weight points backwards.

    Only an arrow inside a knot can point backwards. Which ones do is a good guess (the greedy order of Eades, Lin
    and Smyth, then every name moved to its best place): the least is hard to find.
    """
    line: list[str] = []
    for knot in knots_of(names, weights):
        inside = set(knot)
        own = {pair: weight for pair, weight in weights.items() if inside.issuperset(pair)}
        line += _improve(_line_up_greedily(knot, own), own)
    return line


def assign_rows(
    line: Sequence[str], weights: Weights, *, most_in_row: int, most_rows: int
) -> list[list[str]]:
    """Rows from top to bottom: an arrow that points forward in `line` points down to a later row.

    Each name lies as low as it can, in a row that still has room. Where that makes a tower, neighbouring rows
    with little between them become one, and arrows inside it point sideways.
    """
    rows = _pile_up(line, weights, most_in_row=most_in_row)
    while len(rows) > most_rows and _merge_closest(rows, weights, most_in_row=most_in_row):
        pass
    return rows


def _pile_up(line: Sequence[str], weights: Weights, *, most_in_row: int) -> list[list[str]]:
    position = {name: index for index, name in enumerate(line)}
    below: dict[str, list[str]] = {name: [] for name in line}
    used: dict[str, float] = dict.fromkeys(line, 0)
    for (source, target), weight in weights.items():
        if position[source] < position[target]:
            below[source].append(target)
        used[target] += weight
    height: dict[str, int] = {}
    for name in reversed(line):
        height[name] = max((height[other] + 1 for other in below[name]), default=0)
    rows: list[list[str]] = []
    row_of: dict[str, int] = {}
    for name in sorted(line, key=lambda n: (height[n], -used[n], n)):
        row = max((row_of[other] + 1 for other in below[name]), default=0)
        while row < len(rows) and len(rows[row]) >= most_in_row:
            row += 1
        if row == len(rows):
            rows.append([])
        rows[row].append(name)
        row_of[name] = row
    return rows[::-1]


def _merge_closest(rows: list[list[str]], weights: Weights, *, most_in_row: int) -> bool:
    def between(upper: int) -> float:
        return sum(weights.get((a, b), 0) for a in rows[upper] for b in rows[upper + 1])

    small = [i for i in range(len(rows) - 1) if len(rows[i]) + len(rows[i + 1]) <= most_in_row]
    if small:
        upper = min(small, key=lambda i: (between(i), i))
        rows[upper : upper + 2] = [rows[upper] + rows[upper + 1]]
    return bool(small)


def _targets(weights: Weights) -> dict[str, list[str]]:
    targets: dict[str, list[str]] = {}
    for source, target in sorted(weights):
        targets.setdefault(source, []).append(target)
    return targets


def _pop_until(name: str, stack: list[str], stacked: set[str]) -> list[str]:
    knot: list[str] = []
    while not knot or knot[-1] != name:
        knot.append(stack.pop())
    stacked.difference_update(knot)
    return sorted(knot)


def _line_up_greedily(names: Sequence[str], weights: Weights) -> list[str]:
    """Again and again the name whose arrows point most out of, and least into, what is left."""
    left = set(names)
    surplus = dict.fromkeys(names, 0.0)
    for (source, target), weight in weights.items():
        surplus[source] += weight
        surplus[target] -= weight
    line = []
    while left:
        best = min(left, key=lambda name: (-surplus[name], name))
        left.remove(best)
        line.append(best)
        for (source, target), weight in weights.items():
            if source == best and target in left:
                surplus[target] += weight
            elif target == best and source in left:
                surplus[source] -= weight
    return line


def _improve(line: list[str], weights: Weights) -> list[str]:
    """Move one name after the other to the place where least weight points backwards, until none gains."""
    for _ in range(len(line)):
        before = list(line)
        for name in sorted(line):
            line = _moved_to_best(line, name, weights)
        if line == before:
            break
    return line


def _moved_to_best(line: list[str], name: str, weights: Weights) -> list[str]:
    at = line.index(name)
    rest = line[:at] + line[at + 1 :]
    # What points backwards with `name` in front of everything: each arrow that others point at it.
    cost = sum(weights.get((other, name), 0) for other in rest)
    costs = [cost]
    for other in rest:
        cost += weights.get((name, other), 0) - weights.get((other, name), 0)
        costs.append(cost)
    best = min(range(len(costs)), key=lambda place: (costs[place], abs(place - at)))
    return [*rest[:best], name, *rest[best:]] if costs[best] < costs[at] else line
