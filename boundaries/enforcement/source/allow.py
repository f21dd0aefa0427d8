"""Which allow comments does a file hold, and which lines does each speak about?

`# boundaries: allow BD203, BD210 -- the reason`. At the end of a statement, or alone above it, it covers the
statement; on a line inside a longer one, that line and where the statement begins; alone inside one, the next.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field

from boundaries.enforcement.source.facts import AllowFact

_MARK = re.compile(rb"boundaries:\s*allow")
_COMMENT = re.compile(r"#\s*boundaries:\s*allow\b(.*?)(?:--(.*))?$")
_IN_TEMPLATE = re.compile(r"\{#\s*boundaries:\s*allow\b(.*?)(?:--(.*?))?#\}")
_CODE = re.compile(r"^BD\d+$")
_LAYOUT = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING})


def allows_in(content: bytes) -> Iterator[AllowFact]:
    """The comments of a Python file; what stands in a string is none."""
    if not _MARK.search(content):
        return
    try:
        tokens = list(tokenize.tokenize(io.BytesIO(content).readline))
    except (SyntaxError, tokenize.TokenError):
        # This Python cannot cut the file into tokens: read it as if each line were a statement.
        yield from _allows_in_lines(content, _COMMENT)
        return
    statement = _Statement()
    for token in tokens:
        if token.type == tokenize.COMMENT:
            statement.take(token)
        elif token.type in {tokenize.NEWLINE, tokenize.ENDMARKER}:
            yield from statement.end(token.start[0] if token.type == tokenize.NEWLINE else None)
            statement = _Statement()
        elif token.type not in _LAYOUT:
            statement.reach(token.start[0])


def allows_in_template(content: bytes) -> Iterator[AllowFact]:
    """The comments `{# boundaries: allow CODE -- reason #}` of a template; one alone covers the next line."""
    if _MARK.search(content):
        yield from _allows_in_lines(content, _IN_TEMPLATE)


@dataclass
class _Statement:
    """One logical line, while its tokens go by: its comments, each with its line, and with the lines that it
    covers where that is known before the end.
    """

    first: int = 0
    above: list[tuple[int, str]] = field(default_factory=list)
    beside: list[tuple[int, str]] = field(default_factory=list)
    alone: list[tuple[int, str]] = field(default_factory=list)
    covered: list[tuple[int, str, int]] = field(default_factory=list)

    def take(self, token: tokenize.TokenInfo) -> None:
        """Sort a comment by where it stands."""
        line, column = token.start
        is_alone = not token.line[:column].strip()
        chosen = self.above if not self.first else self.alone if is_alone else self.beside
        chosen.append((line, token.string))

    def reach(self, line: int) -> None:
        """Something that is no comment begins on a line."""
        self.first = self.first or line
        self.covered += [(at, text, line) for at, text in self.alone]
        self.alone = []

    def end(self, last: int | None) -> Iterator[AllowFact]:
        """The comments that were meant; `last` is the statement's last line, None where none follows."""
        whole = () if last is None else tuple(range(self.first, last + 1))
        for line, text in self.above:
            yield from _read(line, text, whole)
        for line, text in self.beside:
            yield from _read(line, text, whole if line in {self.first, last} else (self.first, line))
        for line, text, covered in self.covered:
            yield from _read(line, text, (covered,))


def _read(line: int, text: str, covers: tuple[int, ...]) -> Iterator[AllowFact]:
    found = _COMMENT.search(text)
    if found:
        yield _fact(found, line, covers)


def _allows_in_lines(content: bytes, pattern: re.Pattern[str]) -> Iterator[AllowFact]:
    lines = content.decode(errors="replace").splitlines()
    for number, line in enumerate(lines, start=1):
        found = pattern.search(line)
        if found:
            is_alone = not (line[: found.start()] + line[found.end() :]).strip()
            yield _fact(found, number, (_next_code(lines, number) if is_alone else number,))


def _next_code(lines: list[str], number: int) -> int:
    """The first line after this one that holds more than a comment."""
    rest = enumerate(lines[number:], start=number + 1)
    return next(
        (at for at, line in rest if line.strip() and not line.lstrip().startswith(("#", "{#"))), number
    )


def _fact(found: re.Match[str], line: int, covers: tuple[int, ...]) -> AllowFact:
    """Codes are empty where what should be codes is something else."""
    codes = tuple(filter(None, re.split(r"[\s,]+", found[1])))
    is_understood = all(_CODE.match(code) for code in codes)
    return AllowFact(codes if is_understood else (), (found[2] or "").strip(), line, covers)
