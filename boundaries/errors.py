"""What does every error of the kit look like?"""

from __future__ import annotations

from typing import Any, ClassVar


class BoundaryError(Exception):
    """Says what happened, where, and the remedy; base of every refusal of the kit.

    A subclass sets `code` (`BD1xx` contexts, `2xx` enforcement, `3xx` facades, `4xx` messaging, `5xx` strangler,
    `6xx` watch, `7xx` testing, `8xx` the code that moves) and two templates, `problem` and `remedy`, filled from the keyword
    arguments. Each argument stays readable as an attribute. Instances can be pickled and sent as JSON.

    >>> class RouteSkipped(BoundaryError):
    ...     code = "BD302"
    ...     problem = "{context} cannot go from {old} to {new} in one step."
    ...     remedy = "Run `boundaries route {context} {step}` first."
    """

    code: ClassVar[str] = "BD000"
    problem: ClassVar[str] = "Something was refused."
    remedy: ClassVar[str] = ""

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.render())

    def __getattr__(self, name: str) -> Any:
        facts = self.__dict__.get("facts", {})
        if name in facts:
            return facts[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.facts)

    @property
    def what(self) -> str:
        """The problem, filled in."""
        return self.problem.format_map(_Facts(self.facts))

    @property
    def what_to_do(self) -> str:
        """The remedy, filled in; empty where there is none."""
        return self.remedy.format_map(_Facts(self.facts))

    def render(self) -> str:
        """One line: code, problem, remedy."""
        return f"{self.code}: {self.what} {self.what_to_do}".strip()

    def as_dict(self) -> dict[str, Any]:
        """The error as JSON-ready values, for `--format json` and for the wire."""
        facts = {name: value if _is_plain(value) else str(value) for name, value in self.facts.items()}
        return {"code": self.code, "problem": self.what, "remedy": self.what_to_do, "facts": facts}


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _rebuild(cls: type[BoundaryError], facts: dict[str, Any]) -> BoundaryError:
    return cls(**facts)


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
