"""Which faults does the product not stand yet, and why?"""

from __future__ import annotations

NOT_YET = {
    "log_ceiling": "while the disk of the log is full, the application's writes fail (53100): the log has no ceiling past which a table is marked for a new copy; disk_full asserts only that nothing acknowledged is lost",
}
