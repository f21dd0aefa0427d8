"""Which facts are known already? Kept by content, so that a fresh checkout with a restored cache is warm."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

import msgspec

from boundaries.enforcement.source.facts import FACTS_VERSION, FileFacts

# Facts depend on what this Python can parse.
_VERSION = f"{FACTS_VERSION}:{sys.version_info.major}.{sys.version_info.minor}"


class _Stored(msgspec.Struct, array_like=True):
    version: str
    facts: dict[str, FileFacts]
    verdicts: dict[str, bytes]


class FactCache:
    """One file of facts and verdicts for one project.

    A file that is broken, half-written or of another version counts as empty. It is replaced in one move, so
    that runs side by side never read each other's half; the last one wins. Without a folder nothing is kept.
    """

    def __init__(self, folder: Path | None, root: Path) -> None:
        name = blake2b(str(root).encode(), digest_size=8).hexdigest()
        self._file = folder / f"{root.name or 'root'}-{name}.msgpack" if folder else None
        self._stored = self._load()

    def facts(self, key: str) -> FileFacts | None:
        """The facts kept under a key, if any."""
        return self._stored.facts.get(key)

    def verdict(self, key: str) -> bytes | None:
        """The verdict kept under a key, if any."""
        return self._stored.verdicts.get(key)

    def save(self, *, facts: Mapping[str, FileFacts], verdicts: Mapping[str, bytes] | None = None) -> None:
        """Keep these facts, and these verdicts unless None; what was kept before and is not among them goes.

        Does nothing when all is known already, or when the folder cannot be written.
        """
        stored = _Stored(_VERSION, dict(facts), dict(self._stored.verdicts if verdicts is None else verdicts))
        known = stored.facts.keys() == self._stored.facts.keys() and stored.verdicts == self._stored.verdicts
        if self._file is None or known:
            return
        content = msgspec.msgpack.encode(stored)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._file.parent, delete=False) as handle:
                handle.write(content)
            Path(handle.name).replace(self._file)
        except OSError:
            return

    def _load(self) -> _Stored:
        empty = _Stored(_VERSION, {}, {})
        if self._file is None:
            return empty
        try:
            stored = msgspec.msgpack.decode(self._file.read_bytes(), type=_Stored)
        except (OSError, msgspec.MsgspecError, ValueError):
            return empty
        return stored if stored.version == _VERSION else empty


def default_folder() -> Path:
    """The user's cache folder for this kit."""
    base = os.environ.get("XDG_CACHE_HOME")
    if base:
        return Path(base) / "django-strangler"
    home = Path("~").expanduser()
    return (home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache") / "django-strangler"


def content_key(content: bytes, *extra: str) -> str:
    """The key of a file's facts: its content, and what else decides how it is read."""
    digest = blake2b(content, digest_size=16)
    for item in extra:
        digest.update(b"\0" + item.encode())
    return digest.hexdigest()
