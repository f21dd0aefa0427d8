"""Whom does the repository's CODEOWNERS file name for a file?

GitHub's rules and GitLab's sections: the last pattern that matches a path names its owners; with sections, the
last in each. `!` and `[a-z]` mean nothing special, as there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from boundaries.errors import BoundaryError

_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
_SECTION = re.compile(r"^\^?\[[^\]]+\](?:\[\d+\])?(.*)$")
_WORD = re.compile(r"(?:\\.|[^\s\\])+")
_WILDCARD = re.compile(r"\*\*/|\*\*|\*|\?|[^*?]+")
_WILDCARDS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


class CodeOwnersUnreadable(BoundaryError):
    """Raised when the CODEOWNERS file cannot be read."""

    code = "BD113"
    problem = "{path} cannot be read: {reason}."
    remedy = "Correct the file; it is text, in UTF-8."


@dataclass(frozen=True)
class OwnerPattern:
    """One line: what it matches, whom it names (nobody, if it says so), and its section."""

    pattern: re.Pattern[str]
    owners: tuple[str, ...]
    section: int


@dataclass(frozen=True)
class CodeOwners:
    """The file of one repository; `path` is None when there is none, `folder` is the repository's."""

    folder: Path
    path: Path | None = None
    patterns: tuple[OwnerPattern, ...] = ()

    def owners_of(self, relative: str) -> tuple[str, ...]:
        """Who owns the file at a path, given from the repository's folder, with `/`; sorted, in lower case."""
        owners: set[str] = set()
        seen: set[int] = set()
        for line in reversed(self.patterns):
            if line.section not in seen and line.pattern.fullmatch(relative):
                seen.add(line.section)
                owners.update(owner.lower() for owner in line.owners)
        return tuple(sorted(owners))


def read_codeowners(start: Path) -> CodeOwners:
    """The CODEOWNERS file of the repository that a folder lies in; without git, that of the folder.

    :raises CodeOwnersUnreadable: when it is no text.
    """
    repository = next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), start)
    path = next((repository / place for place in _PLACES if (repository / place).is_file()), None)
    if path is None:
        return CodeOwners(repository)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CodeOwnersUnreadable(path=str(path), reason=str(error)) from None
    return CodeOwners(repository, path, tuple(_read_patterns(text)))


def _read_patterns(text: str) -> list[OwnerPattern]:
    patterns = []
    section, default = 0, ()
    for line in text.splitlines():
        said = re.sub(r"(?:^|\s)#.*", "", line).strip()
        if header := _SECTION.match(said):
            section, default = section + 1, tuple(header[1].split())
        elif words := _WORD.findall(said):
            owners = tuple(words[1:]) or default
            patterns.append(OwnerPattern(_compile(re.sub(r"\\(.)", r"\1", words[0])), owners, section))
    return patterns


def _compile(pattern: str) -> re.Pattern[str]:
    """A pattern as gitignore reads it, with GitHub's exception that `folder/*` stays in that folder."""
    is_folder = pattern.endswith("/")
    is_anchored = "/" in pattern.rstrip("/")
    bare = pattern.strip("/")
    parts = [_WILDCARDS.get(part) or re.escape(part) for part in _WILDCARD.findall(bare)]
    beginning = "" if is_anchored else "(?:.*/)?"
    ending = "/.*" if is_folder else "" if bare.endswith("/*") else "(?:/.*)?"
    return re.compile(f"{beginning}{''.join(parts)}{ending}", re.DOTALL)
