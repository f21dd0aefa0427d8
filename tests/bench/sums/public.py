"""A door behind which nothing is slow."""

from boundaries import Facade, query


class Sums(Facade, context="sums", version="1"):
    """Adds numbers."""

    @query()
    def add(self, *, left: int, right: int) -> int:
        """The sum of two numbers."""
        raise NotImplementedError
