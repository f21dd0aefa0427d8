"""The door of the warehouse."""

from boundaries import Facade, command, query


class Stock(Facade, context="stock", version="1"):
    """What stands where."""

    @command(idempotent=True)
    def note(self, *, register: str, entry: str) -> int:
        """Append an entry to a register; the length of its history."""

    @query()
    def history(self, *, register: str) -> str:
        """All entries of a register."""
