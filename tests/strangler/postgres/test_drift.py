"""Is a change of a table's shape noticed before a row is applied wrongly, and an added column picked up?"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest

from boundaries.strangler.pickup import pick_up
from boundaries.strangler.postgres.apply import TableUnknown, cycle
from boundaries.strangler.postgres.drift import SchemaDrifted, ShapeChanged
from boundaries.strangler.postgres.verify import verify
from tests.strangler.postgres.conftest import Sides
from tests.strangler.postgres.matrix import PARTITIONS, Shape
from tests.strangler.postgres.test_matrix import Moved
from tests.waiting import wait_for

THINGS = Shape(
    "things",
    "CREATE TABLE moved_thing (id int PRIMARY KEY, v int)",
    {"moved_thing": ("id",)},
    ("INSERT INTO moved_thing SELECT n, n FROM generate_series(1, 9) n",),
)


@pytest.fixture
def moved(sides: Sides, request: pytest.FixtureRequest) -> Iterator[Moved]:
    """Tables that are followed."""
    before = sides.both
    moved = Moved(sides, getattr(request, "param", THINGS))
    try:
        moved.create()
        sides.install()
        moved.write("monolith", moved.shape.fill)
        moved.copy()
        yield moved
    finally:
        moved.drop()
        sides.both = before


class TestAddedColumn:
    @pytest.mark.parametrize(
        ("column", "is_copied_again"),
        [("note text", False), ("note text NOT NULL DEFAULT 'x'", False), ("note uuid NOT NULL DEFAULT gen_random_uuid()", True)],
    )  # fmt: skip
    def test_is_picked_up_when_the_other_side_has_it_first(
        self, moved: Moved, column: str, is_copied_again: bool
    ):
        flow = moved.both.flow("monolith")
        moved.write("service", (f"ALTER TABLE moved_thing ADD {column}",))
        moved.write("monolith", ("UPDATE moved_thing SET v = 0 WHERE id = 1",))
        with pytest.raises(ShapeChanged):
            cycle(flow)
        flow = pick_up(moved.both, "monolith", before=flow)
        cycle(flow)

        moved.write(
            "monolith", (f"ALTER TABLE moved_thing ADD {column}", "UPDATE moved_thing SET v = 1 WHERE id = 2")
        )
        with pytest.raises(ShapeChanged):
            cycle(flow)
        applied = cycle(pick_up(moved.both, "monolith", before=flow))

        moved.assert_exact("monolith")
        assert (applied.rows == 9) is is_copied_again

    def test_stops_everything_where_it_is_written_first(self, moved: Moved):
        moved.write("monolith", ("ALTER TABLE moved_thing ADD note text",))

        with pytest.raises(SchemaDrifted, match=r"moved_thing\.note \(text\) is missing on the other side"):
            pick_up(moved.both, "monolith")


@pytest.mark.parametrize(
    ("side", "change", "told"),
    [
        ("monolith", "ALTER v TYPE bigint", "moved_thing.v is bigint null where it is written, and integer null"),
        ("service", "ALTER v TYPE date USING NULL", "moved_thing.v is integer null where it is written, and date null"),
        ("service", "DROP v", "moved_thing.v (integer) is missing on the other side"),
        ("monolith", "RENAME v TO w", "moved_thing.w (integer) is missing on the other side"),
        ("service", "ADD w int NOT NULL", "moved_thing.w (integer) is on the other side only, where it must"),
    ],
)  # fmt: skip
def test_any_other_change_stops_the_batch_and_is_named(moved: Moved, side: str, change: str, told: str):
    flow = moved.both.flow("monolith")
    if "NOT NULL" in change:
        moved.both.service.execute("DELETE FROM moved_thing")
    moved.write(side, (f"ALTER TABLE moved_thing {change}",))
    moved.write("monolith", ("DELETE FROM moved_thing WHERE id = 1",))

    with pytest.raises(ShapeChanged):
        cycle(flow)
    with pytest.raises(SchemaDrifted) as drifted:
        pick_up(moved.both, "monolith", before=flow)

    assert told in str(drifted.value)


def _is_blocked(moved: Moved) -> bool:
    query = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'moved_thing'::regclass)"
    return bool(moved.owners["monolith"].execute(query).fetchone()[0])


class TestRewrite:
    def test_under_way_is_waited_for_so_that_no_row_looks_gone(self, moved: Moved):
        """A table that is rewritten looks empty to a snapshot from before: its rows would be deleted on the other side."""
        owner = psycopg.connect(moved.url)
        flow = moved.both.flow("monolith")
        moved.write("monolith", ("UPDATE moved_thing SET v = v + 1",))
        owner.execute("ALTER TABLE moved_thing ALTER v TYPE int USING v * 2")
        outcome: list[object] = []

        def follow() -> None:
            try:
                outcome.append(cycle(flow))
            except ShapeChanged as error:
                outcome.append(error)

        batch = threading.Thread(target=follow)
        batch.start()
        wait_for(lambda: _is_blocked(moved), seconds=10, what="the batch to wait for the lock")
        owner.commit()
        batch.join()
        owner.close()

        assert len(moved.both.service.execute("SELECT FROM moved_thing").fetchall()) == 9


class TestTableOfNewerCode:
    def test_is_left_in_the_log_by_a_process_that_does_not_know_it(self, moved: Moved):
        flow = moved.both.flow("monolith")
        moved.both.monolith.execute("INSERT INTO boundaries_log_ledger (tbl, key) VALUES ('newer', NULL)")

        with pytest.raises(TableUnknown, match="changes of newer"):
            cycle(flow)

        assert moved.both.monolith.execute(
            "SELECT count(*) FROM boundaries_log_ledger WHERE tbl = 'newer'"
        ).fetchone() == (1,)
        moved.both.monolith.execute("DELETE FROM boundaries_log_ledger")


@pytest.mark.parametrize("moved", PARTITIONS, indirect=True)
class TestPartitions:
    def test_a_new_one_is_made_captured_and_gated_on_both_sides(self, moved: Moved):
        flow = moved.both.flow("monolith")
        moved.write("monolith", (
            "ALTER TABLE moved_thing DETACH PARTITION moved_old", "ALTER TABLE moved_thing ATTACH PARTITION moved_old FOR VALUES FROM ('2020-01-01') TO ('2026-01-01')",
        ))  # fmt: skip
        with pytest.raises(ShapeChanged):
            cycle(flow)
        with pytest.raises(SchemaDrifted, match="the partition moved_old of moved_thing is"):
            pick_up(moved.both, "monolith")
        moved.write("service", (
            "ALTER TABLE moved_thing DETACH PARTITION moved_old", "ALTER TABLE moved_thing ATTACH PARTITION moved_old FOR VALUES FROM ('2020-01-01') TO ('2026-01-01')",
        ))  # fmt: skip
        moved.write("monolith", (
            "CREATE TABLE moved_2019 (LIKE moved_thing)", "INSERT INTO moved_2019 VALUES (77, '2019-05-05')",
            "ALTER TABLE moved_thing ATTACH PARTITION moved_2019 FOR VALUES FROM ('2019-01-01') TO ('2020-01-01')",
        ))  # fmt: skip

        flow = pick_up(moved.both, "monolith", before=flow)
        moved.write("monolith", ("INSERT INTO moved_2019 VALUES (78, '2019-05-05')",))
        cycle(flow)

        moved.assert_exact("monolith")
        assert verify(flow).rows_compared > 0
        with pytest.raises(psycopg.DatabaseError) as refused:
            moved.write("service", ("DELETE FROM moved_2019",))
        assert refused.value.sqlstate == "MG001"
