"""What does a query cost that is answered in the same process?"""

from __future__ import annotations

from tests.bench.measure import processor_seconds_of, ratio_of
from tests.bench.place import Place
from tests.bench.report import Row
from tests.bench.sums.local import LocalSums
from tests.bench.sums.public import Sums

CALLS = 2_000


def run(place: Place) -> list[Row]:
    """A facade's query over a call of the method behind it, both with the same keyword arguments."""
    local = LocalSums()

    def through_the_facade() -> None:
        for number in range(CALLS):
            Sums.add(left=number, right=1)

    def plain() -> None:
        for number in range(CALLS):
            local.add(left=number, right=1)

    ratio = ratio_of(through_the_facade, plain, rounds=101, cost=processor_seconds_of)
    return [Row("local_query_ratio", ratio, "x", 10.0, "lower", "a plain method call")]
