"""How is a rehearsal read?  On one self-contained page: verdict, picture, figures; no script, no network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from boundaries.strangler.rehearsal.drawing import draw_switch, draw_timeline
from boundaries.strangler.rehearsal.measurement import Measurements

_TEMPLATE = "templates/rehearsal/report.html"
_UNKNOWN = "?"


def render(report: Mapping[str, Any], measured: Measurements) -> str:
    """The page about a report and what it was made of."""
    template = Template(files(__package__).joinpath(_TEMPLATE).read_text(encoding="utf-8"))
    return template.substitute(
        context=escape(measured.context),
        verdict="ok" if report["ok"] else "bad",
        headline=escape(_headline(report)),
        problems="".join(f"<li>{escape(problem)}</li>" for problem in report["problems"]),
        cards="".join(_card(*card) for card in _cards(report)),
        timeline=draw_timeline(measured) or '<p class="quiet">The load made no requests.</p>',
        switches=_close_ups(measured),
        checks="".join(_check(check) for check in report["checks"]),
        steps="".join(_step(number, step) for number, step in enumerate(report["steps"], start=1)),
        figures="".join(_row(name, value) for name, value in _figures(report)),
        discrepancies=_discrepancies(report["money"]["discrepancies"]),
        facts="".join(_row(name, value) for name, value in report["facts"].items()),
    )


def _headline(report: Mapping[str, Any]) -> str:
    if report["ok"]:
        return f"{report['context'].capitalize()} went out, came back and went out again. Nobody noticed."
    count = len(report["problems"])
    return f"Not yet: {count} thing{'' if count == 1 else 's'} went wrong."


def _cards(report: Mapping[str, Any]) -> Iterable[tuple[str, str, str, bool]]:
    requests, writes, pause = report["requests"], report["writes"], report["write_pause_ms"]["switch"]
    good = {check["name"]: check["ok"] for check in report["checks"]}
    yield (
        _number(requests["failed"]),
        "failed requests",
        f"of {_number(requests['total'])}",
        good["no_failed_request"],
    )
    yield (
        _number(writes["lost"]),
        "lost writes",
        f"of {_number(writes['acknowledged'])} acknowledged",
        good["nothing_lost"],
    )
    yield (_number(writes["duplicated"]), "duplicated writes", "no act twice", good["nothing_duplicated"])
    yield (
        f"{_number(max(pause['excess_ms'], 0))} ms" if pause else _UNKNOWN,
        "write pause",
        "longest write at the switch, above the usual longest",
        good["pauses_short"],
    )
    yield (
        _number(report["verify"]["differences"]),
        "differences",
        f"in {_number(report['verify']['rows_compared'])} rows compared",
        good["copy_verified"],
    )
    yield (
        _number(report["shadow"]["mismatches"]),
        "mismatches",
        f"in {_number(report['shadow']['calls'])} calls answered twice",
        good["answers_agree"],
    )


def _figures(report: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    requests, load, backfill = report["requests"], report["load"], report["backfill"]
    yield "Capacity, everything local", _with_unit(load["capacity_local_rps"], "requests/s")
    yield "Capacity, everything remote", _with_unit(load["capacity_remote_rps"], "requests/s")
    yield "Offered during the journey", _with_unit(load["offered_rps"], "requests/s")
    yield "Median latency", _with_unit(requests["p50_ms"], "ms")
    yield "99th percentile", _with_unit(requests["p99_ms"], "ms")
    yield "Longest", _with_unit(requests["max_ms"], "ms")
    yield "Longest time without any answer", _with_unit(requests["longest_stall_ms"], "ms")
    yield "Longest time without an answer to a write", _with_unit(requests["longest_write_stall_ms"], "ms")
    yield "Writes whose outcome nobody was told", _number(report["writes"]["unknown"])
    yield "Rows copied", _number(backfill["rows"])
    yield "Rows copied a second", _number(backfill["rows_per_second"])
    for pause in report["write_pause_ms"]["all"]:
        name = "Writes over" if pause["kind"] == "switch" else "Writes back"
        yield f"{name}: p50 / p99 / longest", _latencies(pause)
        yield f"{name}: the same, 10 s before", _latencies(pause["baseline"])
        yield f"{name}: from asking for the gate to open", _with_unit(pause["closed_ms"], "ms")


def _close_ups(measured: Measurements) -> str:
    pairs = [*measured.pauses("switch"), *measured.pauses("rollback")]
    pairs.sort(key=lambda pair: pair[0].asked_at)
    return "".join(
        f"<figure><figcaption>{number}. {_name(switch.kind)}: longest write "
        f"<b>{pause.during.max:,.0f} ms</b>, usually {pause.baseline.max:,.0f} ms</figcaption>"
        f"{draw_switch(measured, switch, pause)}</figure>"
        for number, (switch, pause) in enumerate(pairs, start=1)
    )


def _name(kind: str) -> str:
    return "Writes back to the monolith" if kind == "rollback" else "Writes over to the service"


def _card(value: str, name: str, remark: str, is_good: bool) -> str:
    kind = "good" if is_good else "bad"
    words = f"<span>{escape(name)}</span><small>{escape(remark)}</small>"
    return f'<div class="card {kind}"><b>{value}</b>{words}</div>'


def _check(check: Mapping[str, Any]) -> str:
    kind, sign = ("good", "✓") if check["ok"] else ("bad", "✗")
    return f'<li class="{kind}"><i>{sign}</i>{escape(check["sentence"])}</li>'


def _step(number: int, step: Mapping[str, Any]) -> str:
    return (
        f"<tr class='{step['result']}'><td>{number}</td><td>{escape(step['name'])}</td>"
        f"<td class='n'>{step['seconds']:.1f} s</td><td><i>{escape(step['result'])}</i></td>"
        f"<td>{escape(step['detail'])}</td></tr>"
    )


def _discrepancies(sentences: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<section><h2>What the audit found</h2><ul class='found'>{items}</ul></section>" if items else ""


def _row(name: str, value: str) -> str:
    return f"<tr><td>{escape(name)}</td><td class='n'>{escape(value)}</td></tr>"


def _latencies(values: Mapping[str, float]) -> str:
    return " / ".join(_number(values[name]) for name in ("p50", "p99", "max")) + " ms"


def _with_unit(value: float | None, unit: str) -> str:
    return _UNKNOWN if value is None else f"{_number(value)} {unit}"


def _number(value: float | None) -> str:
    if value is None:
        return _UNKNOWN
    return f"{value:,.1f}" if isinstance(value, float) and abs(value) < 100 else f"{value:,.0f}"
