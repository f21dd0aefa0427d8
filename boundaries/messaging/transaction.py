"""Is the caller inside a transaction of its own making?"""

from __future__ import annotations

from django.db import connections

from boundaries.conf import setting


def database() -> str:
    """The alias of the database that holds the events and the effects of the consumers."""
    return str(setting("DATABASE"))


def is_in_transaction() -> bool:
    """Whether something would be undone if the caller failed now.

    The transaction that Django's TestCase wraps around a test does not count: code that forgets its own must
    fail in tests too.
    """
    connection = connections[database()]
    if connection.in_atomic_block:
        return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)
    return not connection.get_autocommit()
