"""The settings of the process that measures: the project of the tests, with a map and keys of its own."""

from __future__ import annotations

import os
from pathlib import Path

from tests.settings import *  # noqa: F403

BOUNDARIES = {
    "MAP": Path(__file__).with_name("boundaries.toml"),
    "KEYS": {"parcels": ["the new key of monolith and parcels"]},
    "MOVER_DATABASE_URL": os.environ.get("BENCH_MOVER_URL", ""),
}
