"""How is a rehearsal drawn?  One picture of the whole run, and one close up of each switch.

Plain SVG without scripts. Colours are CSS classes of the page, so that one drawing serves light and dark.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

from boundaries.strangler.rehearsal.measurement import Measurements, StepTaken, Switch
from boundaries.strangler.rehearsal.pause import Pause, in_flight
from boundaries.strangler.rehearsal.timeline import Second, origin_of, seconds_of

WIDTH, LEFT, RIGHT = 1120, 64, 16
RATE_TOP, RATE_HEIGHT = 34, 130
LATENCY_TOP, LATENCY_HEIGHT = 206, 220
STEPS_TOP, STEP_ROW = 464, 22
LOWEST_MS = 1.0
CLOSE_UP_SECONDS = (1.5, 2.5)
CLOSE_WIDTH, CLOSE_HEIGHT, CLOSE_LEFT, CLOSE_TOP, CLOSE_BOTTOM = 400, 220, 58, 14, 30


def draw_timeline(measured: Measurements) -> str:
    """Throughput, latency and steps over the whole run, below each other on one clock."""
    seconds = seconds_of(measured.journal)
    if not seconds:
        return ""
    origin = origin_of(measured.journal)
    clock = _Clock(len(seconds))
    rows = _rows(measured.steps, clock, origin)
    height = STEPS_TOP + STEP_ROW * (max(rows, default=0) + 1) + 34
    parts = [
        *_time_axis(clock, height),
        *_gates(measured.switches, clock, origin),
        *_rate(seconds, clock, measured.load.offered_rps if measured.load else None),
        *_latency(seconds, clock),
        *_steps(measured.steps, rows, clock, origin),
    ]
    return _svg(WIDTH, height, "Throughput, latency and steps of the rehearsal, second by second", parts)


def draw_switch(measured: Measurements, switch: Switch, pause: Pause) -> str:
    """Every write around one switch: a line from when it was due to its answer, as high as it took long."""
    before, after = CLOSE_UP_SECONDS
    since, until = switch.asked_at - before, switch.opened_at + after
    writes = in_flight(measured.journal.writes, since, until)
    ceiling = _ceiling(max((request.latency_ms for request in writes), default=1.0))
    inner_width, inner_height = CLOSE_WIDTH - CLOSE_LEFT - 12, CLOSE_HEIGHT - CLOSE_TOP - CLOSE_BOTTOM

    def x(wall: float) -> float:
        return CLOSE_LEFT + (min(max(wall, since), until) - since) / (until - since) * inner_width

    def y(latency_ms: float) -> float:
        return CLOSE_TOP + inner_height * (1 - min(latency_ms, ceiling) / ceiling)

    bottom = CLOSE_TOP + inner_height
    asked, opened = x(switch.asked_at), max(x(switch.opened_at), x(switch.asked_at) + 1.5)
    parts = [_rect("band", asked, CLOSE_TOP, opened - asked, inner_height)]
    for share in (0.0, 0.5, 1.0):
        parts += [
            _line("grid", CLOSE_LEFT, y(ceiling * share), CLOSE_WIDTH - 12, y(ceiling * share)),
            _text("tick end", CLOSE_LEFT - 6, y(ceiling * share) + 4, f"{ceiling * share:,.0f} ms"),
        ]
    parts += [
        _line("usual", CLOSE_LEFT, y(pause.baseline.max), CLOSE_WIDTH - 12, y(pause.baseline.max)),
        _text("note end", CLOSE_WIDTH - 14, y(pause.baseline.max) - 4, "longest, 10 s before"),
    ]
    for request in writes:
        kind = "failed" if request.failed else "write"
        height = y(request.latency_ms)
        parts += [
            _line(f"{kind} wait", x(request.due), height, x(request.ended), height),
            _dot(kind, x(request.ended), height, 2.4),
        ]
    for offset in range(math.ceil(-before), math.floor(after) + 1):
        at = x(switch.asked_at + offset)
        parts += [
            _line("grid", at, bottom, at, bottom + 4),
            _text("tick mid", at, bottom + 17, f"{offset:+d} s" if offset else "asked"),
        ]
    return _svg(CLOSE_WIDTH, CLOSE_HEIGHT, f"Writes around the {switch.kind}", parts)


class _Clock:
    """From seconds since the start to pixels."""

    def __init__(self, seconds: int) -> None:
        self.seconds = max(seconds, 1)

    def x(self, at: float) -> float:
        inner = WIDTH - LEFT - RIGHT
        return LEFT + min(max(at, 0.0), self.seconds) / self.seconds * inner


def _gates(switches: Sequence[Switch], clock: _Clock, origin: float) -> Iterable[str]:
    for switch in switches:
        asked, opened = clock.x(switch.asked_at - origin), clock.x(switch.opened_at - origin)
        yield _rect("band", asked - 1, RATE_TOP, max(opened - asked, 0) + 2, STEPS_TOP - RATE_TOP)
        label = "writes back" if switch.kind == "rollback" else "writes over"
        yield _text("gate mid", (asked + opened) / 2, RATE_TOP - 10, label)


def _rate(seconds: Sequence[Second], clock: _Clock, offered: float | None) -> Iterable[str]:
    ceiling = _ceiling(max([offered or 1.0, *(second.rps for second in seconds)]))
    bottom = RATE_TOP + RATE_HEIGHT

    def y(rps: float) -> float:
        return bottom - rps / ceiling * RATE_HEIGHT

    yield _text("title", LEFT, RATE_TOP - 10, "Answers per second")
    for value in (0.0, ceiling / 2, ceiling):
        yield _line("grid", LEFT, y(value), WIDTH - RIGHT, y(value))
        yield _text("tick end", LEFT - 8, y(value) + 4, f"{value:,.0f}")
    corners = [(clock.x(s.at + edge), y(s.rps)) for s in seconds for edge in (0, 1)]
    outline = [(corners[0][0], bottom), *corners, (corners[-1][0], bottom)]
    yield f'<polygon class="rate" points="{_points(outline)}"/>'
    for second in seconds:
        if second.failed:
            left, right = clock.x(second.at), clock.x(second.at + 1)
            yield _rect("failed", left, y(second.failed), max(right - left, 2.0), bottom - y(second.failed))
    if offered:
        yield _line("usual", LEFT, y(offered), WIDTH - RIGHT, y(offered))
        yield _text("note end", WIDTH - RIGHT - 2, y(offered) - 4, f"offered: {offered:,.0f}")


def _latency(seconds: Sequence[Second], clock: _Clock) -> Iterable[str]:
    bottom = LATENCY_TOP + LATENCY_HEIGHT
    longest = max((max(second.p99, second.max_write) for second in seconds), default=LOWEST_MS)
    decades = max(3, math.ceil(math.log10(max(longest, LOWEST_MS) / LOWEST_MS)))

    def y(latency_ms: float) -> float:
        return bottom - math.log10(max(latency_ms, LOWEST_MS) / LOWEST_MS) / decades * LATENCY_HEIGHT

    yield _text("title", LEFT, LATENCY_TOP - 10, "Latency, as travellers saw it")
    for decade in range(decades + 1):
        value = LOWEST_MS * 10**decade
        yield _line("grid", LEFT, y(value), WIDTH - RIGHT, y(value))
        label = f"{value:,.0f} ms" if value < 1000 else f"{value / 1000:,.0f} s"
        yield _text("tick end", LEFT - 8, y(value) + 4, label)
    busy = [second for second in seconds if second.rps]
    for second in busy:
        if second.max_write:
            yield _dot("write", clock.x(second.at + 0.5), y(second.max_write), 1.8)
    for name in ("p99", "p50"):
        points = [(clock.x(second.at + 0.5), y(getattr(second, name))) for second in busy]
        yield f'<polyline class="{name}" points="{_points(points)}"/>'


def _rows(steps: Sequence[StepTaken], clock: _Clock, origin: float) -> list[int]:
    """For each step the first row in which its bar and label don't touch those before it."""
    ends: list[float] = []
    rows = []
    for step in steps:
        left, right = _extent(step, clock, origin)
        row = next((row for row, end in enumerate(ends) if end + 8 < left), len(ends))
        ends[row:] = [right, *ends[row + 1 :]]
        rows.append(row)
    return rows


def _extent(step: StepTaken, clock: _Clock, origin: float) -> tuple[float, float]:
    """From the bar's left end to the right end of bar and label."""
    left, right = _bar(step, clock, origin)
    label = 6.6 * len(_label(step)) + 8
    return (left - label, right) if _label_is_left(right, label) else (left, right + label)


def _steps(steps: Sequence[StepTaken], rows: Sequence[int], clock: _Clock, origin: float) -> Iterable[str]:
    yield _text("title", LEFT, STEPS_TOP - 12, "Steps")
    for step, row in zip(steps, rows, strict=True):
        left, right = _bar(step, clock, origin)
        top = STEPS_TOP + row * STEP_ROW
        yield _rect(f"step {step.result}", left, top, right - left, 14, rounding=3)
        if _label_is_left(right, 6.6 * len(_label(step)) + 8):
            yield _text("label end", left - 5, top + 11, _label(step))
        else:
            yield _text("label", right + 5, top + 11, _label(step))


def _bar(step: StepTaken, clock: _Clock, origin: float) -> tuple[float, float]:
    left = clock.x(step.started_at - origin)
    return left, max(clock.x(step.started_at - origin + step.seconds), left + 3)


def _label_is_left(right: float, label: float) -> bool:
    return right + label > WIDTH - RIGHT


def _label(step: StepTaken) -> str:
    return f"{step.name} {step.seconds:.1f} s"


def _time_axis(clock: _Clock, height: int) -> Iterable[str]:
    pace = next(p for p in (5, 10, 15, 30, 60, 120, 300, 600, 1_800, 86_400) if clock.seconds / p <= 14)
    for at in range(0, clock.seconds + 1, pace):
        yield _line("grid", clock.x(at), RATE_TOP, clock.x(at), height - 22)
        yield _text("tick mid", clock.x(at), height - 6, f"{at // 60}:{at % 60:02}")


def _ceiling(value: float) -> float:
    """The next round number."""
    scale = 10.0 ** math.floor(math.log10(max(value, 1e-9)))
    return next(scale * step for step in (1, 2, 3, 4, 5, 6, 8, 10) if value <= scale * step)


def _svg(width: int, height: int, title: str, parts: Iterable[str]) -> str:
    body = "\n".join(parts)
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}" '
        f'xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>'
    )


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _rect(kind: str, x: float, y: float, width: float, height: float, *, rounding: int = 0) -> str:
    rounded = f' rx="{rounding}"' if rounding else ""
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"{rounded}/>'
    )


def _dot(kind: str, x: float, y: float, radius: float) -> str:
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>'


def _text(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
