"""Which files did `scaffold` write, and what was in them?

`.scaffold.json` lies in the service's folder and holds a digest per path. While files are being written it also
holds the digests that they had before, so that after a crash none is taken for edited by hand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

NAME = ".scaffold.json"
_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was written for one context. `before` is empty unless the writing was cut short."""

    context: str
    digests: Mapping[str, str]
    before: Mapping[str, list[str]] = field(default_factory=dict)
    is_finished: bool = True

    def knows(self, path: str, content: bytes) -> bool:
        """Whether the content of a file is one that `scaffold` wrote."""
        digest = digest_of(content)
        return digest == self.digests.get(path) or digest in self.before.get(path, [])

    def encode(self) -> bytes:
        """As it is stored: sorted, and the same for the same files."""
        document: dict[str, object] = {
            "schema": _SCHEMA,
            "context": self.context,
            "files": dict(sorted(self.digests.items())),
        }
        if not self.is_finished:
            document["unfinished"] = dict(sorted(self.before.items()))
        return (json.dumps(document, indent=1) + "\n").encode()


def digest_of(content: bytes) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(content).hexdigest()


def describe(context: str, files: Mapping[str, bytes]) -> Manifest:
    """The manifest of these files."""
    return Manifest(context, {path: digest_of(content) for path, content in files.items()})


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest in a folder; None where there is none, or one that cannot be read."""
    try:
        document = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return Manifest(
            context=document["context"],
            digests=dict(document["files"]),
            before=dict(document.get("unfinished", {})),
            is_finished="unfinished" not in document,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
