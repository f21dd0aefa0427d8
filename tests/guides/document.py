"""What is in a guide: its headings, links, and blocks of code with what stands in the comments before them?

A console block is a list of commands (`$ ` begins one, `> ` continues it), each with the lines that it is expected to
print. Comments before a block, each on a line of its own, say how it is run:

    <!-- not run: the reason -->       nobody runs it in the tests
    <!-- keeps running: a name -->     it is started, and goes on beside the later blocks
    <!-- stops: a name, another -->    what keeps running under these names is ended first
    <!-- ends with 2 -->               the exit code of its last command; otherwise 0
    <!-- traffic: what happens -->     visitors use the site before the block is run
    <!-- project: without a map -->    it is run in a project that does not know the kit yet
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "migration_guides"

_FENCE = re.compile(r"^\s*```(\w*)\s*$")
_COMMENT = re.compile(r"^\s*<!--\s*(.+?)\s*-->\s*$")
_HEADING = re.compile(r"^(#+)\s+(.+?)\s*$")
_LINK = re.compile(r"(?<!!)!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE_SPAN = re.compile(r"`[^`]*`")
_KNOWN = ("not run", "keeps running", "stops", "ends with", "traffic", "project")


@dataclass
class Command:
    """One command of a console block, and the lines that are shown below it."""

    text: str
    shown: list[str] = field(default_factory=list)


@dataclass
class Block:
    """One fenced block: its language, lines, first line's number, and the words of the comments before it."""

    language: str
    line: int
    lines: list[str]
    remarks: dict[str, str]

    @property
    def commands(self) -> list[Command]:
        """The commands of a console block."""
        found: list[Command] = []
        for line in self.lines:
            if line.startswith("$ "):
                found.append(Command(line[2:]))
            elif line.startswith("> ") and found and not found[-1].shown:
                found[-1].text += f"\n{line[2:]}"
            elif found:
                found[-1].shown.append(line)
        return found

    @property
    def exit_code(self) -> int:
        """What the last command is expected to end with."""
        return int(self.remarks.get("ends with", "0"))


@dataclass
class Document:
    """One Markdown file, taken apart."""

    path: Path
    blocks: list[Block]
    headings: list[tuple[int, str]]
    links: list[tuple[int, str]]

    @property
    def anchors(self) -> set[str]:
        """The anchors of its headings, as GitHub makes them."""
        return {anchor_of(title) for _level, title in self.headings}

    def of_language(self, *languages: str) -> list[Block]:
        """Its blocks in one of these languages."""
        return [block for block in self.blocks if block.language in languages]


def read(path: Path) -> Document:
    """Take a Markdown file apart."""
    document = Document(path, [], [], [])
    remarks: dict[str, str] = {}
    block: Block | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        fence = _FENCE.match(line)
        if block is not None:
            if fence:
                block = None
            else:
                block.lines.append(line)
        elif fence:
            block = Block(fence.group(1), number, [], remarks)
            document.blocks.append(block)
            remarks = {}
        elif comment := _COMMENT.match(line):
            remarks |= _remark(comment.group(1), path, number)
        else:
            remarks = {} if line.strip() else remarks
            _read_text(document, line, number)
    assert block is None, f"{path.name}: the block of line {block.line} is not closed"
    return document


def guides_in_order() -> list[str]:
    """The guides that the index names, in its order."""
    found: list[str] = []
    for _line, target in read(GUIDES / "README.md").links:
        name = target.partition("#")[0]
        if name.endswith(".md") and "/" not in name and name not in found:
            found.append(name)
    return found


def all_pages() -> list[Path]:
    """Every Markdown page that people read: the guides, and those at the top of the repository."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(GUIDES.rglob("*.md"))]


def anchor_of(title: str) -> str:
    """The anchor that GitHub gives a heading."""
    plain = re.sub(r"[^\w\- ]", "", title.replace("`", "").lower())
    return plain.strip().replace(" ", "-")


def _remark(text: str, path: Path, number: int) -> dict[str, str]:
    for word in _KNOWN:
        if text.startswith(word):
            return {word: text.removeprefix(word).lstrip(":").strip()}
    raise AssertionError(f"{path.name}:{number}: the comment {text!r} means nothing to the tests")


def _read_text(document: Document, line: str, number: int) -> None:
    if heading := _HEADING.match(line):
        document.headings.append((len(heading.group(1)), heading.group(2)))
    plain = _CODE_SPAN.sub("", line)
    document.links += [(number, target) for target in _LINK.findall(plain)]
