"""What does Prometheus get to read?

Plain text in the exposition format 0.0.4, from the same facts as the pages. A scrape is answered also when the
database is not: then it says `boundaries_facts_readable 0` and nothing more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from boundaries.watch.facts import ContextFacts, FactsUnreadable, Overview, overview

log = logging.getLogger("boundaries.metrics")

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Sample(NamedTuple):
    """One figure: the metric's name, its labels, its value."""

    name: str
    labels: dict[str, str]
    value: float


# name → (type, help). Each sample's name is one of these.
METRICS = {
    "boundaries_facts_readable": ("gauge", "Whether the kit's tables could be read for this scrape."),
    "boundaries_owner_here": (
        "gauge",
        "Whether this deployable's database accepts the writes of the context.",
    ),
    "boundaries_owner_epoch": (
        "gauge",
        "How often the writes of the context have been handed over, plus one.",
    ),
    "boundaries_route": ("gauge", "1 for the mode in which queries of the context are answered."),
    "boundaries_outbox_pending": ("gauge", "Deliveries that wait for consumers of the context."),
    "boundaries_outbox_oldest_seconds": ("gauge", "Age of the oldest event that waits."),
    "boundaries_dead_letters": ("gauge", "Deliveries that nobody tries any more."),
    "boundaries_sagas": ("gauge", "Sagas that are not finished, by state."),
    "boundaries_shadow_calls_total": ("counter", "Answers that were compared."),
    "boundaries_mismatches_total": ("counter", "Answers that differed."),
    "boundaries_follower_wanted": ("gauge", "Whether the context should be followed now."),
    "boundaries_follower_age_seconds": ("gauge", "How long the follower has said nothing."),
    "boundaries_follower_lag_rows": ("gauge", "Changes that wait to be applied on the other side."),
    "boundaries_follower_lag_seconds": ("gauge", "The longest that a change has waited in the last second."),
    "boundaries_sides_differ": (
        "gauge",
        "Whether the follower has found rows that differ since the last verify.",
    ),
    "boundaries_halted": ("gauge", "Whether nobody may write the context until `recover` has been run."),
    "boundaries_steps_total": ("counter", "Runs of the steps of an extraction, by result."),
}


@never_cache
@require_safe
def metrics(_request: HttpRequest) -> HttpResponse:
    """The figures of all contexts, as Prometheus reads them."""
    try:
        text = render(samples(overview()))
    except FactsUnreadable as error:
        log.warning("%s", error)
        text = render([Sample("boundaries_facts_readable", {}, 0)])
    return HttpResponse(text, content_type=CONTENT_TYPE)


def samples(facts: Overview) -> list[Sample]:
    """The facts as samples."""
    found = [Sample("boundaries_facts_readable", {}, 1)]
    for context in facts.contexts:
        found += _of_context(context, is_here=(context.writes == "monolith") == (facts.side == "monolith"))
        found += _of_extraction(context)
    return found


def render(found: list[Sample]) -> str:
    """Samples as text, grouped by metric in the order of `METRICS`, each with its type and help."""
    lines: list[str] = []
    for name, (kind, text) in METRICS.items():
        rows = [sample for sample in found if sample.name == name]
        if rows:
            lines += [f"# HELP {name} {text}", f"# TYPE {name} {kind}", *map(_line, rows)]
    return "\n".join(lines) + "\n"


def _of_context(context: ContextFacts, *, is_here: bool) -> Iterator[Sample]:
    labels = {"context": context.name}
    yield Sample("boundaries_owner_here", labels, is_here)
    if context.epoch is not None:
        yield Sample("boundaries_owner_epoch", labels, context.epoch)
    yield Sample("boundaries_halted", labels, bool(context.halted))
    yield Sample("boundaries_route", {**labels, "mode": context.queries}, 1)
    yield Sample("boundaries_outbox_pending", labels, context.mail.pending)
    yield Sample("boundaries_outbox_oldest_seconds", labels, context.mail.oldest_seconds)
    yield Sample("boundaries_dead_letters", labels, context.mail.dead)
    for state, count in context.sagas.items():
        yield Sample("boundaries_sagas", {**labels, "state": state.lower()}, count)
    yield Sample("boundaries_shadow_calls_total", labels, context.comparison.calls)
    yield Sample("boundaries_mismatches_total", labels, context.comparison.mismatches)


def _of_extraction(context: ContextFacts) -> Iterator[Sample]:
    if context.extraction is None:
        return
    labels, follower = {"context": context.name}, context.extraction.follower
    yield Sample("boundaries_follower_wanted", labels, follower.is_wanted)
    if follower.age_seconds is not None:
        yield Sample("boundaries_follower_age_seconds", labels, follower.age_seconds)
    if follower.lag_rows is not None:
        yield Sample("boundaries_follower_lag_rows", labels, follower.lag_rows)
    if follower.lag_seconds is not None:
        yield Sample("boundaries_follower_lag_seconds", labels, follower.lag_seconds)
    yield Sample("boundaries_sides_differ", labels, bool(follower.differences))
    for (step, result), count in context.extraction.runs.items():
        yield Sample("boundaries_steps_total", {**labels, "step": step, "result": result}, count)


def _line(sample: Sample) -> str:
    labels = ",".join(f'{name}="{_escape(value)}"' for name, value in sample.labels.items())
    value = int(sample.value) if isinstance(sample.value, bool) else sample.value
    return f"{sample.name}{{{labels}}} {value}" if labels else f"{sample.name} {value}"


def _escape(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
