"""How is a file read that this Python cannot parse whole?

Newer syntax, a half-finished edit or test data makes `ast` refuse all of a file for one statement. Then it
is cut at its top-level statements and every piece that parses is kept.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
import tokenize
import warnings
from collections.abc import Iterator

# Above this, a tree takes hundreds of megabytes: such files (generated tables) are read piece by piece.
_WHOLE_BYTES = 1_500_000
_PIECE_CHARACTERS = 200_000
_CONTINUES = re.compile(r"(?:else|elif|except|finally|case)\b|[)\]}#]|\s|$")


def parse(content: bytes, *, thinned: bytes | None = None) -> tuple[list[ast.stmt], str]:
    """The top-level statements that can be read, and why others could not (empty when all could).

    `thinned` is the content without what need not be read; where it does not parse, all of it is.
    """
    if thinned is not None and len(thinned) <= _WHOLE_BYTES:
        with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            return _parse_bytes(thinned).body, ""
    if len(content) <= _WHOLE_BYTES:
        try:
            return _parse_bytes(content).body, ""
        except (SyntaxError, ValueError) as error:
            problem = _describe(error)
        except (RecursionError, MemoryError):
            return [], "it is nested too deeply to be read"
    else:
        problem = ""
    text = _decode(content)
    if text is None:
        return [], problem or "its encoding is unknown"
    return _parse_pieces(text, problem)


def _parse_bytes(content: bytes) -> ast.Module:
    with warnings.catch_warnings():
        # Invalid escapes in the checked code are not for us to report.
        warnings.simplefilter("ignore")
        return ast.parse(content)


def _parse_pieces(text: str, problem: str) -> tuple[list[ast.stmt], str]:
    statements: list[ast.stmt] = []
    # Large pieces first, for speed; one that fails is cut again, statement by statement.
    for line, piece in _cut(text, 1, _PIECE_CHARACTERS):
        body, reason = _parse_piece(piece, line)
        if reason:
            smaller = [_parse_piece(part, at) for at, part in _cut(piece, line, 0)]
            body = [statement for part, _ in smaller for statement in part]
            reason = next((why for _, why in smaller if why), "")
        statements += body
        problem = problem or reason
    return statements, problem


def _parse_piece(piece: str, line: int) -> tuple[list[ast.stmt], str]:
    if len(piece) > _WHOLE_BYTES:
        return [], f"line {line}: one statement is too large to be read"
    try:
        body = _parse_bytes(piece.encode()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return [], _describe(error, line - 1)
    for statement in body:
        ast.increment_lineno(statement, line - 1)
    return body, ""


def _cut(text: str, first: int, least_characters: int) -> Iterator[tuple[int, str]]:
    """Pieces of whole top-level statements, each with its first line's number."""
    start, size = first, 0
    lines: list[str] = []
    decorated = False
    for number, line in enumerate(text.split("\n"), start=first):
        if size > least_characters and not decorated and not _CONTINUES.match(line):
            yield start, "\n".join(lines)
            start, size, lines = number, 0, []
        decorated = line.startswith("@")
        lines.append(line)
        size += len(line) + 1
    yield start, "\n".join(lines)


def _decode(content: bytes) -> str | None:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return content.decode(encoding, errors="replace").replace("\r\n", "\n").removeprefix("\ufeff")
    except (SyntaxError, LookupError, UnicodeDecodeError):
        return None


def _describe(error: BaseException, offset: int = 0) -> str:
    if isinstance(error, SyntaxError) and error.lineno:
        return f"line {error.lineno + offset}: {error.msg}"
    return str(error) or type(error).__name__
