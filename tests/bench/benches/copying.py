"""How fast do rows get across, and how fast are both sides compared?"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from boundaries.contexts.table import TableSpec
from boundaries.strangler.flow import Both
from boundaries.strangler.postgres import backfill, capture, verify
from boundaries.testing.installation import find_binaries
from tests.bench.measure import interleaved, seconds_of
from tests.bench.place import Place
from tests.bench.report import Row

ROWS = 500_000
CHUNK_ROWS = 20_000  # the kit's default
TABLE = "bench_payment"
CREATE = f"""
CREATE TABLE {TABLE} (
    id bigint PRIMARY KEY, booking_id uuid NOT NULL, state varchar(12) NOT NULL, amount numeric(12, 2) NOT NULL,
    currency varchar(3) NOT NULL, authorised_at timestamptz NOT NULL, facts jsonb NOT NULL, note text
)
"""
FILL = f"""
INSERT INTO {TABLE}
SELECT n, md5(n::text)::uuid, (ARRAY['authorised', 'captured', 'voided'])[n %% 3 + 1], n %% 1000 / 7.0, 'EUR',
       timestamptz '2026-01-01' + n * interval '1 second', jsonb_build_object('card', n %% 10000, 'tries', 1),
       repeat('x', n %% 40)
FROM generate_series(1, {ROWS}) n
"""


def run(place: Place) -> list[Row]:
    """Our backfill over `pg_dump | psql` of the same table with the wheel's own programs; then verification."""
    with _table(place) as both:
        costs = interleaved(
            {"dump": lambda: _dump(place, both), "backfill": lambda: _backfill(both)},
            rounds=4,
            cost=_into_nothing(both),
        )
        _empty(both)
        _backfill(both)
        verdict: list[verify.Verdict] = []
        capture.install(both.monolith, "ledger", both.tables("monolith"))
        seconds = seconds_of(lambda: verdict.append(verify.verify(both.flow("monolith"))))
        assert (verdict[0].rows_compared, verdict[0].differences) == (ROWS, 0), verdict[0]
    ratio = costs["dump"] / costs["backfill"]
    return [
        Row("backfill_vs_pgdump_ratio", ratio, "x", 0.9, "higher", "pg_dump | psql of the same 500,000 rows"),
        Row(
            "backfill_rows_per_second",
            ROWS / costs["backfill"],
            "rows/s",
            None,
            "higher",
            "two local clusters",
        ),
        Row("verify_rows_per_second", ROWS / seconds, "rows/s", None, "higher", "both sides, row by row"),
    ]


@contextmanager
def _table(place: Place) -> Iterator[Both]:
    for database in (place.monolith, place.service):
        with psycopg.connect(database.owner_url, autocommit=True) as connection:
            connection.execute(CREATE)
            if database is place.monolith:
                connection.execute(FILL.replace("%%", "%"))
            connection.execute(f"VACUUM ANALYZE {TABLE}")
    with place.connections()([TableSpec(TABLE, ("id",))]) as both:
        backfill.prepare(both.service, "ledger")
        yield both
        capture.remove(both.monolith, "ledger", both.tables("monolith"))


def _into_nothing(both: Both) -> Any:
    """A cost: seconds, with an empty target at the start."""

    def cost(work: Any) -> float:
        _empty(both)
        return seconds_of(work)

    return cost


def _empty(both: Both) -> None:
    backfill.empty(both.service, "ledger", both.tables("service"))


def _backfill(both: Both) -> None:
    (table,) = both.tables("monolith")
    copied = backfill.copy_table(
        both.monolith, both.service, "ledger", table, chunk_rows=CHUNK_ROWS, tell=lambda rows: None
    )
    assert copied == ROWS


def _dump(place: Place, both: Both) -> None:
    folder = find_binaries()
    dump = [folder / "pg_dump", "--data-only", "--table", TABLE, place.monolith.owner_url]
    restore = [folder / "psql", "--quiet", "--set", "ON_ERROR_STOP=1", place.service.owner_url]
    with subprocess.Popen(dump, stdout=subprocess.PIPE, env=os.environ) as dumping:
        subprocess.run(restore, stdin=dumping.stdout, stdout=subprocess.DEVNULL, check=True)
    assert dumping.returncode == 0
    row = both.service.execute(f"SELECT count(*) FROM {TABLE}").fetchone()
    assert row == (ROWS,)
