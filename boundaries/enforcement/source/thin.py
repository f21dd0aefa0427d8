"""Which statements of a file can be left unparsed?

Most of the time of a cold run goes into parsing, and most statements inside functions say nothing that is kept. Where
the words of a fact stand is found in the bytes; a statement of a function's body that holds none of them is blanked.
A cut in the wrong place (inside brackets) leaves something that does not parse: then the whole file is parsed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

# These open a fact wherever they stand.
_KEYWORDS = (re.compile(rb"import\b"), re.compile(rb"class\b"))
_HEADER_END = re.compile(rb":[ \t]*(?:#[^\n]*)?\r?\n")
_TRIPLE_QUOTES = (b'"""', b"'''")


def thin(content: bytes, places: Sequence[int]) -> bytes:
    """The content with every statement of a function blanked that holds none of the places, no import and no class;
    no line moves.
    """
    places = sorted((*places, *(m.start() for keyword in _KEYWORDS for m in keyword.finditer(content))))
    kept: list[bytes] = []
    position = 0
    for indent, start in _bodies(content):
        if start < position:
            continue
        end = _end_of_body(content, start, len(indent))
        if (body := _thin_body(content, start, end, places)) is not None:
            kept += (content[position:start], body)
            position = end
    return b"".join([*kept, content[position:]])


def _bodies(content: bytes) -> Iterator[tuple[bytes, int]]:
    """Each function's indent and where its body begins; what stands in a string of several lines is none."""
    quotes = counted = 0
    at = content.find(b"def ")
    while at >= 0:
        line = content.rfind(b"\n", 0, at) + 1
        indent = content[line:at].removesuffix(b"async ")
        if not indent.strip():
            quotes += sum(content.count(quote, counted, line) for quote in _TRIPLE_QUOTES)
            counted = line
            if quotes % 2 == 0 and (start := _start_of_body(content, at, indent)):
                yield indent, start
        at = content.find(b"def ", at + 4)


def _start_of_body(content: bytes, at: int, indent: bytes) -> int | None:
    """The line after a header: one line, or several of which the last closes the parameters."""
    end = content.find(b"\n", at) + 1
    if content[at:end].rstrip().endswith((b"(", b",")):
        closing = content.find(b"\n" + indent + b")", at)
        at, end = closing, content.find(b"\n", closing + 1) + 1
    if at < 0 or not end:
        return None
    header = _HEADER_END.search(content, at, end)
    return header.end() if header else None


def _end_of_body(content: bytes, start: int, width: int) -> int:
    found = _dedent(width).search(content, start - 1)
    return found.start() + 1 if found else len(content)


def _thin_body(content: bytes, start: int, end: int, places: Sequence[int]) -> bytes | None:
    """The body without what holds nothing; None where it had better stay as it is."""
    if content.find(b"\\\n", start, end) >= 0:
        return None
    first = start
    while content[first : first + 1] in b" \t" and first < end:
        first += 1
    indent = content[start:first]
    after = _after_docstring(content, first, end)
    if not indent or after is None:
        return None
    if _is_empty(places, after, end):
        return indent + b"0" + b"\n" * content.count(b"\n", start, end)
    cuts = [start, *(m.start() + 1 for m in _statement(indent).finditer(content, after, end)), end]
    pieces: list[bytes] = []
    blank = indent + b"0"  # once: a body needs a statement
    for begin, stop in pairwise(cuts):
        if _is_empty(places, max(begin, after), stop):
            pieces.append(blank + b"\n" * content.count(b"\n", begin, stop))
            blank = b""
        else:
            pieces.append(content[begin:stop])
    return b"".join(pieces)


def _is_empty(places: Sequence[int], start: int, end: int) -> bool:
    at = bisect_left(places, start)
    return at == len(places) or places[at] >= end


def _after_docstring(content: bytes, first: int, end: int) -> int | None:
    """Where the docstring of a body ends; None when other strings of several lines may stand in it."""
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
