"""What do capture and gate cost a write?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from boundaries.contexts.table import TableSpec
from boundaries.strangler.postgres import capture, gate, ownership
from tests.bench.measure import cpu_of, interleaved
from tests.bench.place import Place
from tests.bench.report import Row

STATEMENTS = 1_000
BULK_ROWS = 50_000
ROUNDS = 11
FREE, WATCHED = "bench_free", "bench_watched"
CREATE = "CREATE TABLE {} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner text NOT NULL, amount numeric(12, 2))"

Write = Callable[[psycopg.Connection, str], None]


def run(place: Place) -> list[Row]:
    """The backend's processor time for the same statements on two tables, taken in turns; one has capture and gate."""
    with _tables(place), psycopg.connect(place.monolith.app_url) as app:
        insert, update, bulk_insert, bulk_update = (
            _costs(app, write) for write in (_insert, _update, _bulk_insert, _bulk_update)
        )
    return [
        _ratio("capture_insert_ratio", insert, 1.6, "insert"),
        _ratio("capture_update_ratio", update, 1.9, "update"),
        _added("capture_insert_added_us", insert, STATEMENTS, None, "insert"),
        _added("capture_update_added_us", update, STATEMENTS, None, "update"),
        _added("capture_bulk_cpu_us_per_row", bulk_insert, BULK_ROWS, 1.5, "row of one large insert"),
        _added("capture_bulk_update_us_per_row", bulk_update, BULK_ROWS, 1.5, "row of one large update"),
    ]


@contextmanager
def _tables(place: Place) -> Iterator[None]:
    with psycopg.connect(place.monolith.owner_url, autocommit=True) as owner:
        for name in (FREE, WATCHED):
            owner.execute(CREATE.format(name))
    with place.connections()([TableSpec(WATCHED, ("id",))]) as both:
        ownership.ensure(both.monolith, "ledger", is_open=True, address="")
        tables = both.tables("monolith")
        capture.install(both.monolith, "ledger", tables)
        gate.install(both.monolith, "ledger", tables)
        try:
            yield
        finally:
            gate.remove(both.monolith, "ledger")
            capture.remove(both.monolith, "ledger", tables)


def _costs(app: psycopg.Connection, write: Write) -> dict[str, float]:
    return interleaved(
        {name: lambda name=name: write(app, name) for name in (FREE, WATCHED)},
        rounds=ROUNDS,
        cost=cpu_of(app.info.backend_pid),
    )


def _insert(app: psycopg.Connection, table: str) -> None:
    for number in range(STATEMENTS):
        app.execute(f"INSERT INTO {table} (owner, amount) VALUES (%s, %s)", ["bench", number])
    app.commit()


def _update(app: psycopg.Connection, table: str) -> None:
    for number in range(STATEMENTS):
        app.execute(f"UPDATE {table} SET amount = %s WHERE id = %s", [number, number + 1])
    app.commit()


def _bulk_insert(app: psycopg.Connection, table: str) -> None:
    app.execute(
        f"INSERT INTO {table} (owner, amount) SELECT 'bulk', n FROM generate_series(1, {BULK_ROWS}) n"
    )
    app.commit()


def _bulk_update(app: psycopg.Connection, table: str) -> None:
    app.execute(
        f"UPDATE {table} SET amount = amount + 1 WHERE id IN (SELECT id FROM {table} ORDER BY id DESC LIMIT {BULK_ROWS})"
    )
    app.commit()


def _ratio(name: str, costs: dict[str, float], bound: float, what: str) -> Row:
    return Row(
        name, costs[WATCHED] / costs[FREE], "x", bound, "lower", f"the same {what} without capture and gate"
    )


def _added(name: str, costs: dict[str, float], times: int, bound: float | None, what: str) -> Row:
    added = (costs[WATCHED] - costs[FREE]) / times * 1e6
    return Row(name, added, "us", bound, "lower", f"processor time of the backend per {what}")
