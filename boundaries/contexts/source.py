"""Where does the context map lie, and on which line does it say what?

`tomllib` gives values without places; a message without a line sends people searching. So the text is read
twice: once by `tomllib` for the values, once here for the line of every table header and key.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boundaries.errors import BoundaryError

Place = tuple[str, ...]

FILE_NAMES = ("boundaries.toml", "pyproject.toml")
CONTEXT = "context"
_SECTION: Place = ("tool", "boundaries")
_PART = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"^\s*\[\[?\s*({_DOTTED})\s*\]")
_KEY = re.compile(rf"^\s*({_DOTTED})\s*=")
_PARTS = re.compile(_PART)
_STRING = re.compile(r"""\"(?:\\.|[^"\\])*\"|'[^']*'""")


class MapNotFound(BoundaryError):
    """Raised when there is no context map where one is needed."""

    code = "BD101"
    problem = "There is no context map {where}."
    remedy = "Run `boundaries init --write` in the project's folder, or name the file with --config."


class MapUnreadable(BoundaryError):
    """Raised when the map's file cannot be read or is not TOML."""

    code = "BD102"
    problem = "{path}:{line}: the context map cannot be read: {reason}."
    remedy = "Correct the file; it is TOML, in UTF-8."


@dataclass(frozen=True)
class MapSource:
    """The file of a map: its values, and the line of each."""

    path: Path
    values: dict[str, Any]
    text: str
    lines: dict[Place, int]

    def line_of(self, place: Place, value: str | None = None) -> int:
        """The 1-based line of a table or key, or of one string in its value; else of the place around it."""
        line = 1
        for length in range(len(place), 0, -1):
            if place[:length] in self.lines:
                line = self.lines[place[:length]]
                break
        if value is None:
            return line
        quoted = (json.dumps(value, ensure_ascii=False), f"'{value}'")
        for number, content in enumerate(self.text.splitlines()[line - 1 :], start=line):
            if any(form in content for form in quoted):
                return number
        return line


def find_map(start: Path) -> Path:
    """The nearest `boundaries.toml`, or `pyproject.toml` with `[tool.boundaries]`, in `start` or above it.

    :raises MapNotFound: when no folder up to the file system's root holds one.
    """
    for folder in (start, *start.parents):
        for name in FILE_NAMES:
            candidate = folder / name
            if candidate.is_file() and _is_map(candidate):
                return candidate
    raise MapNotFound(where=f"in {start} or above it")


def read_source(path: Path) -> MapSource:
    """Read a map's file: `[tool.boundaries]` where present, else the top-level tables.

    :raises MapNotFound: when the file does not exist, or is a `pyproject.toml` without the section.
    :raises MapUnreadable: when it is no TOML.
    """
    text = _read_text(path)
    values = _parse(path, text)
    lines = dict(_scan_lines(text))
    section = _section(values)
    if section is not None:
        return MapSource(path, section, text, _below(lines, _SECTION))
    if path.name == "pyproject.toml":
        raise MapNotFound(where=f"in {path}: it has no [tool.boundaries]")
    return MapSource(path, values, text, lines)


def _is_map(path: Path) -> bool:
    """Whether a file is a map: not a `pyproject.toml` of something else, nor one context of a map further up."""
    text = _read_text(path)
    if path.name == "pyproject.toml":
        return "boundaries" in text and _section(_parse(path, text)) is not None
    return f"[{CONTEXT}" not in text or CONTEXT not in _parse(path, text)


def _section(values: dict[str, Any]) -> dict[str, Any] | None:
    tool = values.get("tool")
    section = tool.get("boundaries") if isinstance(tool, dict) else None
    return section if isinstance(section, dict) else None


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise MapNotFound(where=f"at {path}") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise MapUnreadable(path=str(path), line=line, reason="it is not UTF-8") from None
    except OSError as error:
        raise MapUnreadable(path=str(path), line=1, reason=error.strerror or str(error)) from None


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r" \(at line (\d+), column \d+\)| \(at end of document\)", str(error))
        line = int(found[1]) if found and found[1] else len(text.splitlines())
        reason = str(error)[: found.start()] if found else str(error)
        raise MapUnreadable(path=str(path), line=line, reason=reason[:1].lower() + reason[1:]) from None


def _below(lines: dict[Place, int], section: Place) -> dict[Place, int]:
    """The lines below one section, and the section's own under the empty place."""
    size = len(section)
    return {place[size:]: line for place, line in lines.items() if place[:size] == section}


def _scan_lines(text: str) -> Iterator[tuple[Place, int]]:
    """Every table header and key with its line; what stands inside multi-line values is skipped."""
    table: Place = ()
    depth = 0
    closing: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if closing:
            closing = None if closing in line else closing
            continue
        bare = _STRING.sub("", line).partition("#")[0]
        if depth == 0 and (header := _HEADER.match(line)):
            table = _split(header[1])
            yield table, number
            continue
        if depth == 0 and (key := _KEY.match(line)):
            yield from ((table + _split(key[1])[: n + 1], number) for n in range(len(_split(key[1]))))
        closing = _opened(line)
        depth = max(0, depth + sum(map(bare.count, "[{")) - sum(map(bare.count, "]}")))


def _opened(line: str) -> str | None:
    """The delimiter of a multi-line string that begins on this line and does not end on it."""
    return next((mark for mark in ('"""', "'''") if line.count(mark) % 2), None)


def _split(dotted: str) -> Place:
    return tuple(part.strip("\"'") for part in _PARTS.findall(dotted))
