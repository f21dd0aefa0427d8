"""What do capture and gate cost a statement that writes one row?"""

from __future__ import annotations

import psycopg

from boundaries.contexts.table import TableSpec
from boundaries.strangler.postgres import capture, gate, ownership
from tests.bench.measure import cpu_of, interleaved
from tests.bench.place import Place
from tests.bench.report import Row

STATEMENTS = 2_000
CREATE = "CREATE TABLE {} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner text NOT NULL, amount numeric(12, 2))"


def run(place: Place) -> list[Row]:
    """The backend's processor time for single-row inserts, with and without; one transaction per block."""
    with psycopg.connect(place.monolith.owner_url, autocommit=True) as owner:
        for name in ("bench_watched", "bench_free"):
            owner.execute(CREATE.format(name))
    with place.connections()([TableSpec("bench_watched", ("id",))]) as both:
        ownership.ensure(both.monolith, "ledger", is_open=True, address="")
        tables = both.tables("monolith")
        capture.install(both.monolith, "ledger", tables)
        gate.install(both.monolith, "ledger", tables)
        try:
            with psycopg.connect(place.monolith.app_url) as app:
                costs = interleaved(
                    {name: lambda name=name: _insert(app, name) for name in ("bench_free", "bench_watched")},
                    rounds=9,
                    cost=cpu_of(app.info.backend_pid),
                )
        finally:
            gate.remove(both.monolith, "ledger")
            capture.remove(both.monolith, "ledger", tables)
    added = (costs["bench_watched"] - costs["bench_free"]) / STATEMENTS * 1e6
    ratio = costs["bench_watched"] / costs["bench_free"]
    return [
        Row("capture_insert_ratio", ratio, "x", None, "lower", "the same insert without capture and gate"),
        Row(
            "capture_insert_added_us", added, "us", 15.0, "lower", "processor time of the backend per insert"
        ),
    ]


def _insert(app: psycopg.Connection, table: str) -> None:
    statement = f"INSERT INTO {table} (owner, amount) VALUES (%s, %s)"
    for number in range(STATEMENTS):
        app.execute(statement, ["bench", number])
    app.commit()
