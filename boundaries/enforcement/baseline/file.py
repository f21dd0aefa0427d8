"""Where do accepted violations lie, and how do they survive a merge?

JSON, one entry per line, sorted. The list ends with `null`, so that every entry's line ends with a comma and
two branches that both add a last one do not meet on it. The file is one, beside the map, or one in the folder
of each context, as the map says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.baseline.entry import Baseline, Entry
from boundaries.errors import BoundaryError

_SCHEMA = 1
_TEXTS = ("rule", "kind", "from", "to", "source", "target")
_CONFLICT = re.compile(r"^(?:<{7}|\|{7}|>{7})(?: |$)|^={7}$", re.MULTILINE)
# What diff3 shows of the common ancestor is on neither side.
_ANCESTOR = re.compile(r"^\|{7}.*?(?=^={7}$)", re.MULTILINE | re.DOTALL)


class BaselineUnreadable(BoundaryError):
    """Raised when a baseline file is not what `--update-baseline` writes."""

    code = "BD292"
    problem = "{path} cannot be read as a baseline: {reason}."
    remedy = "Take it from version control, or delete it and accept again with `--accept-new REASON`."


class BaselineInConflict(BoundaryError):
    """Raised when a baseline file holds the two sides of a merge."""

    code = "BD296"
    problem = "{path}:{line}: the baseline holds both sides of a merge."
    remedy = "Run `boundaries check --update-baseline`: it takes the entries of both and forgets those that are gone."


class BaselineUnwritable(BoundaryError):
    """Raised when a baseline file cannot be written."""

    code = "BD297"
    problem = "{path} cannot be written: {reason}."
    remedy = "Make it writable, or name another file as `baseline` in the map."


def read_baseline(context_map: ContextMap, *, settles_conflicts: bool = False) -> Baseline:
    """The baseline of a project; empty when there is no file.

    :raises BaselineInConflict: unless `settles_conflicts`, which takes the entries of both sides.
    :raises BaselineUnreadable: when a file is something else.
    """
    entries: list[Entry] = []
    for path in _places(context_map):
        text = _read_text(path)
        if text is None:
            continue
        conflict = _CONFLICT.search(text)
        if conflict and not settles_conflicts:
            line = text.count("\n", 0, conflict.start()) + 1
            raise BaselineInConflict(path=str(path), line=line)
        entries += _read_lines(path, text) if conflict else _read_whole(path, text)
    return Baseline.of(entries)


def write_baseline(context_map: ContextMap, baseline: Baseline) -> None:
    """Write each entry where the map wants it. A file without entries is removed; line ends stay as they are.

    :raises BaselineUnwritable: when the file system refuses.
    """
    homes: dict[Path, list[Entry]] = {path: [] for path in _places(context_map)}
    for entry in baseline.entries:
        homes[_home(entry, context_map)].append(entry)
    for path, entries in homes.items():
        try:
            _write(path, entries)
        except OSError as error:
            raise BaselineUnwritable(path=str(path), reason=error.strerror or str(error)) from None


def _places(context_map: ContextMap) -> list[Path]:
    """The file beside the map, and where the map splits the baseline, one in each context's folder."""
    names = context_map.contexts if context_map.baseline_split else ()
    return list(dict.fromkeys([context_map.baseline, *(_in_folder(name, context_map) for name in names)]))


def _home(entry: Entry, context_map: ContextMap) -> Path:
    if context_map.baseline_split is None:
        return context_map.baseline
    is_owned = context_map.baseline_split == "owned"
    return _in_folder(entry.target_context if is_owned else entry.source_context, context_map)


def _in_folder(context: str, context_map: ContextMap) -> Path:
    package = context_map.root.joinpath(*context_map.context(context).packages[0].split("."))
    return (package if package.is_dir() else package.parent) / context_map.baseline.name


def _read_text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise BaselineUnreadable(path=str(path), reason="it is not UTF-8") from None
    except OSError as error:
        raise BaselineUnreadable(path=str(path), reason=error.strerror or str(error)) from None


def _read_whole(path: Path, text: str) -> list[Entry]:
    try:
        stored = json.loads(text)
    except ValueError as error:
        place = f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise BaselineUnreadable(path=str(path), reason=place) from None
    if not isinstance(stored, dict) or not isinstance(stored.get("accepted"), list):
        raise BaselineUnreadable(path=str(path), reason="it has no list `accepted`")
    if stored.get("schema") != _SCHEMA:
        raise BaselineUnreadable(
            path=str(path), reason=f"its schema is {stored.get('schema')}, not {_SCHEMA}"
        )
    return list(_read_entries(path, stored["accepted"]))


def _read_lines(path: Path, text: str) -> list[Entry]:
    """The entries of a file in conflict: every line that is one, on either side."""
    lines = (line.strip().rstrip(",") for line in _ANCESTOR.sub("", text).splitlines())
    values = []
    for line in lines:
        if line.startswith("{") and line.endswith("}"):
            try:
                values.append(json.loads(line))
            except ValueError as error:
                raise BaselineUnreadable(path=str(path), reason=str(error)) from None
    return list(_read_entries(path, values))


def _read_entries(path: Path, values: Iterable[Any]) -> Iterator[Entry]:
    for number, value in enumerate(values, start=1):
        if value is None:
            continue
        reason = _fault(value)
        if reason:
            raise BaselineUnreadable(path=str(path), reason=f"entry {number} {reason}")
        yield Entry(
            rule=value["rule"],
            kind=value["kind"],
            source_context=value["from"],
            target_context=value["to"],
            source=value["source"],
            target=value["target"],
            count=value["count"],
            reason=str(value.get("reason", "")),
            evidence=str(value.get("evidence", "")),
        )


def _fault(value: object) -> str:
    """What is wrong with an entry; empty when nothing is."""
    if not isinstance(value, dict):
        return "is no object"
    missing = [key for key in _TEXTS if not isinstance(value.get(key), str)]
    if missing:
        return f"has no text {missing[0]!r}"
    count = value.get("count")
    if type(count) is not int or count < 1:
        return f"has the count {count!r}, not a number from 1"
    return ""


def _write(path: Path, entries: list[Entry]) -> None:
    before = path.read_bytes() if path.exists() else b""
    if not entries:
        path.unlink(missing_ok=True)
        return
    lines = "".join(f"    {json.dumps(entry.as_dict(), ensure_ascii=False)},\n" for entry in entries)
    text = f'{{\n  "schema": {_SCHEMA},\n  "accepted": [\n{lines}    null\n  ]\n}}\n'
    content = (text.replace("\n", "\r\n") if b"\r\n" in before else text).encode()
    if content != before:
        path.write_bytes(content)
