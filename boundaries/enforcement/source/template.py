"""What does one template name: other templates, tag libraries, URLs?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from boundaries.enforcement.source.allow import allows_in_template
from boundaries.enforcement.source.facts import LOAD, TEMPLATE, URL, FileFacts, TextFact

_SILENT = re.compile(
    rb"\{#.*?#\}|\{%-?\s*comment\b.*?endcomment\s*-?%\}|\{%-?\s*verbatim\b.*?endverbatim\s*-?%\}", re.DOTALL
)
_TAG = re.compile(rb"\{%-?\s*(extends|include|import|from|load|url)\s+(.*?)\s*-?%\}", re.DOTALL)
# Jinja calls what Django writes as a tag.
_URL_CALL = re.compile(rb"\{[{%][^{}%]*?\burl\(\s*['\"]([^'\"]+)['\"]")
_QUOTED = re.compile(r"""^['"]([^'"]*)['"]""")


def extract_template(content: bytes) -> FileFacts:
    """The facts of one template. A name that is computed is kept as an empty text."""
    spoken = _SILENT.sub(lambda match: b"\n" * match[0].count(b"\n"), content)
    return FileFacts(texts=tuple(_texts(spoken)), allows=tuple(allows_in_template(content)))


def _texts(content: bytes) -> Iterator[TextFact]:
    for match in _TAG.finditer(content):
        tag, words = match[1].decode(), match[2].decode(errors="replace")
        for text, role in _named(tag, words):
            yield _text(content, match.start(), text, role)
    for match in _URL_CALL.finditer(content):
        yield _text(content, match.start(1), match[1].decode(errors="replace"), URL)


def _named(tag: str, words: str) -> Iterator[tuple[str, str]]:
    if tag == "load":
        names = words.split()
        for name in names[-1:] if "from" in names[:-1] else names:
            yield name, LOAD
        return
    found = _QUOTED.match(words)
    yield found[1] if found else "", URL if tag == "url" else TEMPLATE


def _text(content: bytes, position: int, text: str, role: str) -> TextFact:
    line = content.count(b"\n", 0, position) + 1
    column = position - content.rfind(b"\n", 0, position)
    return TextFact(text, line, column, "", role)
