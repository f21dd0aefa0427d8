"""How do very many rows get into PostgreSQL quickly? By COPY, in blocks of ready-made lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, models

NULL = r"\N"


class Lines:
    """Collects rows of one table as lines of COPY's text format and sends them in blocks.

    Values must be text already, without tabs, line ends or backslashes. Columns that are left out get their
    default, so that identity columns draw from their sequence and need no correction afterwards.
    """

    def __init__(self, model: type[models.Model], *columns: str) -> None:
        self.model = model
        self.count = 0
        names = ", ".join(connection.ops.quote_name(name) for name in columns)
        table = connection.ops.quote_name(model._meta.db_table)
        self._statement = f"COPY {table} ({names}) FROM STDIN"
        self._lines: list[str] = []

    def add(self, *values: str) -> None:
        """Keep one row for the next block."""
        self._lines.append("\t".join(values))

    def send(self) -> None:
        """Send what was collected, in the connection's transaction."""
        if not self._lines:
            return
        connection.ensure_connection()
        driver: Any = connection.connection
        with driver.cursor() as cursor, cursor.copy(self._statement) as copy:
            copy.write("\n".join(self._lines) + "\n")
        self.count += len(self._lines)
        self._lines.clear()


def send_all(tables: Iterable[Lines]) -> None:
    """Send the blocks of several tables, in an order that their foreign keys permit."""
    for lines in tables:
        lines.send()
