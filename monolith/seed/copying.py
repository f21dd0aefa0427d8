"""How do very many rows get into PostgreSQL quickly? By COPY, in blocks of ready-made lines."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self

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
        send_all([self])

    def take(self) -> tuple[str, list[str]]:
        """What was collected, with its statement; what is added from now on makes the next block."""
        lines, self._lines = self._lines, []
        self.count += len(lines)
        return self._statement, lines


class Sender:
    """Sends blocks from a thread of its own, in order, while the next ones are being made."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self._driver: Any = connection.connection
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._last: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._thread.shutdown(wait=True)

    def send(self, tables: Iterable[Lines]) -> None:
        """Send the next blocks of these tables as soon as the ones before are through."""
        self.wait()
        self._last = self._thread.submit(self._copy, [lines.take() for lines in tables])

    def wait(self) -> None:
        """Until everything is through, or with the error of what was not."""
        if self._last is not None:
            self._last.result()

    def _copy(self, blocks: list[tuple[str, list[str]]]) -> None:
        with self._driver.cursor() as cursor:
            for statement, lines in blocks:
                if lines:
                    with cursor.copy(statement) as copy:
                        copy.write("\n".join(lines) + "\n")


def send_all(tables: Iterable[Lines]) -> None:
    """Send the blocks of several tables and wait for them."""
    with Sender() as sender:
        sender.send(tables)
        sender.wait()
