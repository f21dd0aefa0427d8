"""Which faults does the product not stand yet, and why?"""

from __future__ import annotations

NOT_YET = {
    "log_ceiling": "while the disk of the log is full, the application's writes fail (53100): the log has no ceiling past which a table is marked for a new copy; disk_full asserts only that nothing acknowledged is lost",
    "failover": "a standby that misses the last second takes over: nothing stores system identifier, timeline and server start yet, so that lost commits are not noticed",
    "restore_monolith": "the monolith is restored to before the flip: nothing stores system identifier, timeline and server start yet",
    "restore_service": "the service is restored to before the flip: nothing stores system identifier, timeline and server start yet",
}
