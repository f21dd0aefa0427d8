"""A run in which everything was as it must be, for each test to spoil."""

from __future__ import annotations

from pathlib import Path

import pytest

from boundaries.strangler.rehearsal.measurement import Measurements

from .run import a_good_run, journal_of, lines


@pytest.fixture
def run(tmp_path: Path) -> Measurements:
    return a_good_run(journal_of(tmp_path, lines()))
