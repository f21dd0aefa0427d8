"""Can Prometheus read the metrics?"""

from __future__ import annotations

import re
import time

import pytest
from django.test import RequestFactory

from boundaries.watch import metrics
from boundaries.watch.facts import FactsUnreadable
from boundaries.watch.metrics import METRICS, Sample, render

_LINE = re.compile(r'^(\w+)(?:\{((?:\w+="(?:[^"\\]|\\.)*",?)*)\})? (-?\d+(?:\.\d+)?)$')


def scrape():
    answer = metrics.metrics(RequestFactory().get("/metrics"))
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    return answer.content.decode()


def value_of(text, name):
    return next((line.rpartition(" ")[2] for line in text.splitlines() if line.startswith(f"{name} ")), None)


@pytest.mark.django_db
class TestMetrics:
    def test_are_lines_of_the_exposition_format_each_declared_once(self, make):
        make.one_of_each(0)
        make.extraction(at=time.time(), lag_rows=7)
        lines = scrape().splitlines()
        declared = [line.split()[2] for line in lines if line.startswith("# TYPE")]
        samples = [_LINE.match(line) for line in lines if not line.startswith("#")]
        assert all(samples)
        assert len(declared) == len(set(declared))
        assert {sample[1] for sample in samples} == set(declared) <= set(METRICS)

    def test_tell_the_figures_of_the_facts(self, make):
        make.extraction(at=time.time() - 3, lag_rows=1234567)
        make.run(step="verify", result="refused")
        make.delivery(state="pending", age_seconds=60)
        make.delivery(state="dead")
        make.tally(calls=300, mismatches=2)
        text = scrape()
        assert value_of(text, 'boundaries_follower_lag_rows{context="ledger"}') == "1234567"
        assert 3 <= float(value_of(text, 'boundaries_follower_age_seconds{context="ledger"}')) < 60
        assert value_of(text, 'boundaries_outbox_pending{context="orders"}') == "1"
        assert value_of(text, 'boundaries_dead_letters{context="orders"}') == "1"
        assert value_of(text, 'boundaries_mismatches_total{context="ledger"}') == "2"
        assert (
            value_of(text, 'boundaries_steps_total{context="ledger",step="verify",result="refused"}') == "1"
        )
        assert value_of(text, 'boundaries_route{context="ledger",mode="local"}') == "1"

    def test_say_only_that_there_is_nothing_to_say_when_the_tables_cannot_be_read(self, monkeypatch):
        def broken():
            raise FactsUnreadable(reason="no")

        monkeypatch.setattr(metrics, "overview", broken)
        assert [line for line in scrape().splitlines() if not line.startswith("#")] == [
            "boundaries_facts_readable 0"
        ]


def test_labels_are_escaped():
    text = render([Sample("boundaries_route", {"context": 'a"b\\c\nd'}, 1)])
    assert 'boundaries_route{context="a\\"b\\\\c\\nd"} 1' in text.splitlines()
