"""What is known already? Kept by content, so that a fresh checkout with a restored cache is warm."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from boundaries.enforcement.source.facts import FileFacts

_DIGEST_BYTES = 16


class Cache:
    """A few files for one project: the facts of every source file, and results of the last run.

    A file that is broken, half-written or of another version counts as absent. Each is replaced in one move, so
    that runs side by side never read each other's half; the last one wins. `is_kept` tells whether there is a
    folder; without one nothing is kept.
    """

    def __init__(self, folder: Path | None, root: Path) -> None:
        self.is_kept = folder is not None
        self._folder = folder
        self._name = f"{root.name or 'root'}-{blake2b(str(root).encode(), digest_size=8).hexdigest()}"

    def facts(self, key: str) -> FileFacts | None:
        """The facts kept under a file's key, if any."""
        return self._facts.get(key)

    def save_facts(self, facts: Mapping[str, FileFacts]) -> None:
        """Keep these; what was kept before and is not among them goes. Nothing is written when all is known."""
        if facts.keys() != self._facts.keys():
            import msgspec

            self._save("facts", _facts_version(), msgspec.msgpack.encode(facts))

    def result(self, key: str, name: str) -> bytes | None:
        """The result of that name, if it was kept under this key."""
        return self._load(name, key)

    def save_result(self, key: str, name: str, result: bytes) -> None:
        """Keep a result; one of that name under another key goes."""
        if self._load(name, key) != result:
            self._save(name, key, result)

    @cached_property
    def _facts(self) -> Mapping[str, FileFacts]:
        # Imported where facts are wanted: a run that finds its result needs none.
        import msgspec

        from boundaries.enforcement.source.facts import FileFacts

        content = self._load("facts", _facts_version())
        with contextlib.suppress(msgspec.MsgspecError, ValueError):
            return msgspec.msgpack.decode(content or b"\x80", type=dict[str, FileFacts])
        return {}

    def _load(self, name: str, label: str) -> bytes | None:
        """What a file holds behind its digest and its label, if both are right."""
        if self._folder is None:
            return None
        try:
            kept = (self._folder / f"{self._name}.{name}").read_bytes()
        except OSError:
            return None
        start = _DIGEST_BYTES + len(label)
        is_right = kept[_DIGEST_BYTES:start] == label.encode() and kept[:_DIGEST_BYTES] == _digest(kept)
        return kept[start:] if is_right else None

    def _save(self, name: str, label: str, content: bytes) -> None:
        """Replace a file in one move; a folder that cannot be written is done without."""
        if self._folder is None:
            return
        import tempfile

        kept = bytes(_DIGEST_BYTES) + label.encode() + content
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, path = tempfile.mkstemp(dir=self._folder, prefix=".")
            try:
                with open(handle, "wb") as stream:  # noqa: PTH123 - a handle
                    stream.write(_digest(kept) + kept[_DIGEST_BYTES:])
                Path(path).replace(self._folder / f"{self._name}.{name}")
            except OSError:
                Path(path).unlink()


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


def _digest(kept: bytes) -> bytes:
    return blake2b(memoryview(kept)[_DIGEST_BYTES:], digest_size=_DIGEST_BYTES).digest()


def _facts_version() -> str:
    """Facts depend on what they are and on what this Python can parse."""
    from boundaries.enforcement.source.facts import FACTS_VERSION

    return f"{FACTS_VERSION}:{sys.version_info.major}.{sys.version_info.minor}\n"
