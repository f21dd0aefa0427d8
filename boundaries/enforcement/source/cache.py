"""What is known already? Kept by content, so that a fresh checkout with a restored cache is warm."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Mapping
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

import msgspec

from boundaries.enforcement.source.facts import FACTS_VERSION, FileFacts

_DIGEST_BYTES = 16
# Facts depend on what this Python can parse.
_VERSION = f"{FACTS_VERSION}:{sys.version_info.major}.{sys.version_info.minor}"

_Stored = TypeVar("_Stored", bound="_Versioned")


class _Versioned(msgspec.Struct, array_like=True):
    version: str = ""


class _Facts(_Versioned, array_like=True):
    facts: dict[str, FileFacts] = {}


class _Results(_Versioned, array_like=True):
    key: str = ""
    results: dict[str, bytes] = {}


class Cache:
    """Two files for one project: the facts of every source file, and the results of the last run.

    A file that is broken, half-written or of another version counts as empty. Each is replaced in one move, so
    that runs side by side never read each other's half; the last one wins. Without a folder nothing is kept.
    `is_kept` tells whether there is a folder. Each file is read when it is first asked for: a run that finds its result needs no facts.
    """

    def __init__(self, folder: Path | None, root: Path) -> None:
        self.is_kept = folder is not None
        name = f"{root.name or 'root'}-{blake2b(str(root).encode(), digest_size=8).hexdigest()}"
        self._facts_file = folder / f"{name}.facts" if folder else None
        self._results_file = folder / f"{name}.results" if folder else None

    def facts(self, key: str) -> FileFacts | None:
        """The facts kept under a file's key, if any."""
        return self._facts.facts.get(key)

    def save_facts(self, facts: Mapping[str, FileFacts]) -> None:
        """Keep these; what was kept before and is not among them goes. Nothing is written when all is known."""
        if facts.keys() != self._facts.facts.keys():
            _write(self._facts_file, _Facts(_VERSION, dict(facts)))

    def result(self, key: str, name: str) -> bytes | None:
        """The result of that name that was kept under a key, if any."""
        kept = self._results
        return kept.results.get(name) if kept.key == key else None

    def save_results(self, key: str, results: Mapping[str, bytes]) -> None:
        """Keep these beside the others of that key; those of another key go. Nothing is written when all is known."""
        kept = self._results.results if self._results.key == key else {}
        merged = {**kept, **results}
        if merged != kept:
            self._results = _Results(_VERSION, key, merged)
            _write(self._results_file, self._results)

    @cached_property
    def _facts(self) -> _Facts:
        return _read(self._facts_file, _Facts)

    @cached_property
    def _results(self) -> _Results:
        return _read(self._results_file, _Results)


def default_folder() -> Path:
    """The user's cache folder for this kit."""
    base = os.environ.get("XDG_CACHE_HOME")
    if base:
        return Path(base) / "django-strangler"
    home = Path("~").expanduser()
    return (home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache") / "django-strangler"


def content_key(content: bytes, *extra: str) -> str:
    """The key of a file's facts: its content, and what else decides how it is read."""
    digest = blake2b(content, digest_size=_DIGEST_BYTES)
    for item in extra:
        digest.update(b"\0" + item.encode())
    return digest.hexdigest()


def _read(file: Path | None, kind: type[_Stored]) -> _Stored:
    if file is not None:
        with contextlib.suppress(OSError, msgspec.MsgspecError, ValueError):
            content = memoryview(file.read_bytes())
            digest, payload = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
            if blake2b(payload, digest_size=_DIGEST_BYTES).digest() == digest:
                stored = msgspec.msgpack.decode(payload, type=kind)
                if stored.version == _VERSION:
                    return stored
    return kind()


def _write(file: Path | None, stored: _Versioned) -> None:
    """Replace the file in one move; a folder that cannot be written is done without."""
    if file is None:
        return
    payload = msgspec.msgpack.encode(stored)
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".")
        try:
            with open(handle, "wb") as stream:  # noqa: PTH123 - a handle
                stream.write(blake2b(payload, digest_size=_DIGEST_BYTES).digest() + payload)
            Path(name).replace(file)
        except OSError:
            Path(name).unlink()
