"""The sums themselves."""


class LocalSums:
    """Answers for `Sums`."""

    def add(self, *, left: int, right: int) -> int:
        """Add."""
        return left + right
