"""Do all verbs work on a bare checkout of projects that nobody prepared, without a crash or a storm of warnings?"""

from __future__ import annotations

import pytest

from tests.enforcement.strangers.__main__ import FETCHED, keep
from tests.enforcement.strangers.look import look_at
from tests.enforcement.strangers.project import STRANGERS, Stranger

MOST_NOTICES = 3


@pytest.mark.nightly
@pytest.mark.timeout(600)
@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda stranger: stranger.name)
def test_every_verb_ends_well_on(stranger: Stranger) -> None:
    figures = look_at(stranger, FETCHED)
    keep(stranger.name, figures)

    runs = figures["runs"]
    assert {verb: run["exit_code"] for verb, run in runs.items()} == dict.fromkeys(runs, 0), runs
    assert [verb for verb, run in runs.items() if run["traceback"] or run["complaint"]] == []
    assert runs["check"]["lines"] <= 20
    assert figures["contexts"] > 3
    assert sum(figures["couplings"].values()) > 100
    assert len(figures["notices"]) <= MOST_NOTICES, figures["notices"]
