"""Has the copy caught up with what was just read or written at the owner?

A tick is a number drawn from a sequence of the owner's database. The applier draws one before it takes its snapshot
and stores it with what it applies. A copy whose tick is larger than one drawn now holds everything that is committed
now. Numbers of one sequence are handed out in real time order, whatever the clocks do.
"""

from django.db import connections

SEQUENCE = "boundaries_facades_tick"


def draw(using: str) -> int:
    """The next tick of this database. Needs no transaction and is not taken back by a rollback."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval('{SEQUENCE}')")
        return int(cursor.fetchone()[0])
