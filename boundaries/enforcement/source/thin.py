"""Which statements of a file can be left unparsed?

Most of the time of a cold run goes into parsing, and most statements inside functions say nothing that is kept. Where
the words of a fact stand is found in the bytes; a statement of a function's body that holds none of them is blanked,
in the blocks of what holds one too. A cut in the wrong place (inside brackets) leaves something that does not parse:
then the whole file is parsed.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from boundaries.enforcement.source.sieve import operations

# These open a fact wherever they stand.
_KEYWORDS = (re.compile(rb"import\b"), re.compile(rb"class\b"))
_HEADER = re.compile(rb"[^\n]*:[ \t]*(?:#[^\n]*)?\r?\n")
_HEADER_END = re.compile(rb"\)(?:[ \t]*->[^\n]*)?:[ \t]*(?:#[^\n]*)?\r?\n")
_NAME = re.compile(rb"def \w+(?=\(\s*[\w*)])")
_INDENT = re.compile(rb"[ \t]*")
_TRIPLE_QUOTES = (b'"""', b"'''")
# A block is only looked into where that may save more than it takes.
_LEAST_BYTES = 160


def thin(content: bytes, places: Sequence[int], *, keeps_signatures: bool = True) -> bytes:
    """The content with every statement of a function blanked that holds none of the places, no import and no class;
    no line moves. Of a function that holds none at all, the signature goes too, unless it is to be kept.
    """
    places = sorted((*places, *(m.start() for keyword in _KEYWORDS for m in keyword.finditer(content))))
    kept: list[bytes] = []
    position = 0
    if (span := operations(content)) is not None and _is_empty(places, *span):
        kept += (content[: span[0]], b"\n" * content.count(b"\n", *span))
        position = span[1]
    for at, indent, start in _bodies(content):
        if start < position:
            continue
        end = _end_of_body(content, start, len(indent))
        after = _after_docstring(content, start, end)
        if after is None:
            continue
        if not keeps_signatures and _is_empty(places, at, end) and (name := _NAME.match(content, at)):
            kept += (content[position:at], name[0], b"():0", b"\n" * content.count(b"\n", at, end))
            position = end
        elif (body := _thin_block(content, start, end, after, places)) is not None:
            kept += (content[position:start], body)
            position = end
    return b"".join([*kept, content[position:]])


def _bodies(content: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Where each function stands, its indent and where its body begins; what stands in a string of several lines is
    none.
    """
    quotes = counted = 0
    at = content.find(b"def ")
    while at >= 0:
        line = content.rfind(b"\n", 0, at) + 1
        indent = content[line:at].removesuffix(b"async ")
        if not indent.strip():
            quotes += sum(content.count(quote, counted, line) for quote in _TRIPLE_QUOTES)
            counted = line
            if quotes % 2 == 0 and (start := _start_of_body(content, at)):
                yield at, indent, start
        at = content.find(b"def ", at + 4)


def _start_of_body(content: bytes, at: int) -> int | None:
    """The line after a header: one line, or several of which the last closes the parameters."""
    header = _HEADER.match(content, at)
    end = content.find(b"\n", at) + 1
    if content[at:end].rstrip().endswith((b"(", b",")):
        closing = content.find(b")", at)
        while closing >= 0 and content.count(b"(", at, closing) != content.count(b")", at, closing + 1):
            closing = content.find(b")", closing + 1)
        header = _HEADER_END.match(content, closing) if closing >= 0 else None
    return header.end() if header else None


def _end_of_body(content: bytes, start: int, width: int) -> int:
    found = _dedent(width).search(content, start - 1)
    return found.start() + 1 if found else len(content)


def _thin_block(content: bytes, start: int, end: int, after: int, places: Sequence[int]) -> bytes | None:
    """The block without what holds nothing `after` its docstring; None where its first line does not tell its
    indent.
    """
    indent = _INDENT.match(content, start)[0]  # type: ignore[index]
    if not indent or start + len(indent) >= end:
        return None
    blank = indent + b"0"  # once: a body needs a statement
    if _is_empty(places, after, end):
        return blank + b"\n" * content.count(b"\n", start, end)
    cuts = [start, *(m.start() + 1 for m in _statement(indent).finditer(content, after, end)), end]
    pieces: list[bytes] = []
    position = start
    at = bisect_left(places, after)
    while at < len(places) and (place := places[at]) < end:
        number = bisect_right(cuts, place)
        begin, stop = cuts[number - 1], cuts[number]
        if position < begin:
            pieces += (blank, b"\n" * content.count(b"\n", position, begin))
            blank = b""
        pieces.append(_thin_statement(content, begin, stop, indent, places))
        position = stop
        at = bisect_left(places, stop, at)
    if position < end:
        pieces += (blank, b"\n" * content.count(b"\n", position, end))
    return b"".join(pieces)


def _thin_statement(content: bytes, start: int, end: int, indent: bytes, places: Sequence[int]) -> bytes:
    """A statement that holds something; what its blocks hold beside is blanked."""
    if end - start < _LEAST_BYTES or not _compound(indent).match(content, start):
        return content[start:end]
    pieces: list[bytes] = []
    clauses = (m.start() + 1 for m in _clause(indent).finditer(content, start, end))
    for begin, stop in pairwise([start, *clauses, end]):
        header = _HEADER.match(content, begin, stop)
        block = _thin_block(content, header.end(), stop, header.end(), places) if header else None
        pieces += (content[begin : header.end()], block) if header and block else (content[begin:stop],)
    return b"".join(pieces)


def _is_empty(places: Sequence[int], start: int, end: int) -> bool:
    at = bisect_left(places, start)
    return at == len(places) or places[at] >= end


def _after_docstring(content: bytes, start: int, end: int) -> int | None:
    """Where the docstring of a body ends; None when other strings of several lines may stand in it, or lines go on
    after a backslash.
    """
    if content.find(b"\\\n", start, end) >= 0:
        return None
    first = _INDENT.match(content, start).end()  # type: ignore[union-attr]
    quote = content[first : first + 3]
    if quote in _TRIPLE_QUOTES:
        closing = content.find(quote, first + 3, end)
        if closing < 0:
            return None
        first = closing + 3
    return None if any(content.find(quote, first, end) >= 0 for quote in _TRIPLE_QUOTES) else first


@cache
def _dedent(width: int) -> re.Pattern[bytes]:
    """The end of a line before one that is indented no more than this; comments may stand anywhere."""
    return re.compile(rb"\n[ \t]{0,%d}(?=[^ \t\r\n#])" % width)


@cache
def _statement(indent: bytes) -> re.Pattern[bytes]:
    """The end of a line before one that begins a statement of this indent."""
    return re.compile(rb"\n(?=%s(?![ \t\r\n#)\]}]|else\b|elif\b|except\b|finally\b))" % indent)


@cache
def _compound(indent: bytes) -> re.Pattern[bytes]:
    """A statement of this indent whose blocks can be looked into."""
    return re.compile(rb"%s(?:if|for|while|with|try|async (?:for|with))\b" % indent)


@cache
def _clause(indent: bytes) -> re.Pattern[bytes]:
    """The end of a line before one that goes on with a statement of this indent."""
    return re.compile(rb"\n(?=%s(?:else|elif|except|finally)\b)" % indent)
