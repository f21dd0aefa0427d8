"""How is one table of the map read, so that every mistake names its line and the right spelling?"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from boundaries.contexts.source import MapSource, Place
from boundaries.errors import BoundaryError


class UnknownKey(BoundaryError):
    """Raised for a key that the map does not have."""

    code = "BD111"
    problem = "{path}:{line}: {key!r} is not a key of {table}."
    remedy = "Did you mean {nearest!r}? Known here: {known}."


class InvalidValue(BoundaryError):
    """Raised for a value of the wrong type or outside its choices."""

    code = "BD105"
    problem = "{path}:{line}: {key} {reason}."
    remedy = "Write {example}."


class TableReader:
    """One table of the map, handed out value by value, typed."""

    def __init__(self, source: MapSource, place: Place, values: object, *, known: Sequence[str]) -> None:
        if not isinstance(values, dict):
            raise InvalidValue(
                path=str(source.path),
                line=source.line_of(place),
                key=_dotted(place),
                reason="must be a table",
                example=f"[{_dotted(place)}] and its keys below",
            )
        self.source = source
        self.place = place
        self.values: dict[str, Any] = values
        for key in values:
            if key not in known:
                self._refuse_key(key, known)

    def text(self, key: str) -> str | None:
        """A string, or None when the key is absent."""
        value = self.values.get(key)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            self.refuse(key, "must be a non-empty string", f'{key} = "..."')
        return value

    def texts(self, key: str) -> tuple[str, ...] | None:
        """A list of strings, or None when the key is absent."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            self.refuse(key, "must be a list of strings", f'{key} = ["..."]')
        return tuple(value)

    def flag(self, key: str) -> bool:
        """True or false; false when the key is absent."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.refuse(key, "must be true or false", f"{key} = true")
        return bool(value)

    def choice(self, key: str, choices: Sequence[str]) -> str:
        """One of the choices; the first when the key is absent."""
        value = self.values.get(key, choices[0])
        if value not in choices:
            nearest = nearest_spelling(str(value), choices)
            self.refuse(key, f"is {value!r}, not one of {', '.join(choices)}", f'{key} = "{nearest}"')
        return str(value)

    def mapping(self, key: str) -> Mapping[str, Any]:
        """A free table, unread; empty when the key is absent."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            self.refuse(key, "must be a table", f"[{_dotted((*self.place, key))}] and its keys below")
        return dict(value)

    def refuse(self, key: str, reason: str, example: str) -> None:
        """Refuse the value of a key.

        :raises InvalidValue: always.
        """
        raise InvalidValue(
            path=str(self.source.path),
            line=self.line(key),
            key=_dotted((*self.place, key)),
            reason=reason,
            example=example,
        )

    def line(self, key: str, value: str | None = None) -> int:
        """The line of a key, or of one string in its value."""
        return self.source.line_of((*self.place, key), value)

    def _refuse_key(self, key: str, known: Sequence[str]) -> None:
        raise UnknownKey(
            path=str(self.source.path),
            line=self.line(key),
            key=key,
            table=f"[{_dotted(self.place)}]" if self.place else "the context map",
            nearest=nearest_spelling(key, known),
            known=", ".join(known),
        )


def nearest_spelling(word: str, known: Iterable[str]) -> str:
    """The known word that looks most like `word`; `-` when nothing is known."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.0)), "-")


def _dotted(place: Place) -> str:
    return ".".join(place) or "the context map"
