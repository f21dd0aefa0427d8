"""Which tables does one SQL statement read and write?

A tokenizer and a small reader of table positions, no parser: it knows strings, comments, quoted names, common table
expressions, joins, subqueries, INSERT ... SELECT, UPDATE ... FROM, DELETE ... USING, MERGE, TRUNCATE and COPY in the
dialects of PostgreSQL, SQLite and MySQL. What changes the schema names no tables here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# Long lists of values are what statements mostly differ by.
_VALUES = re.compile(
    r"\((?:\s*(?:%s|\?|NULL|DEFAULT|\d+)\s*,?)+\)(?:\s*,\s*\((?:\s*(?:%s|\?|NULL|DEFAULT|\d+)\s*,?)+\))*"
)
_TOKEN = re.compile(
    r"""
    (?P<skip>\s+|--[^\n]*|/\*.*?\*/)
    |(?P<text>[eE]'(?:[^'\\]|''|\\.)*'|[bBxXnN]?'(?:[^']|'')*'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
    |(?P<quoted>"(?:[^"]|"")+"|`[^`]+`|\[[A-Za-z_][^\]]*\])
    |(?P<word>[^\W\d][\w$]*)
    |(?P<other>%s|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_READS_FROM = frozenset({"FROM", "JOIN", "USING"})
_ENDS_LIST = frozenset(
    {"WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "OFFSET", "UNION", "INTERSECT", "EXCEPT", "SET", "RETURNING",
     "VALUES", "WINDOW", "FETCH", "FOR", "SELECT", "DO", "CONFLICT"}
)  # fmt: skip
_NOT_A_NAME = _ENDS_LIST | {
    "ON",
    "AS",
    "LATERAL",
    "ONLY",
    "IF",
    "NOT",
    "EXISTS",
    "IGNORE",
    "LOW_PRIORITY",
    "TABLE",
}
_VERBS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "TRUNCATE", "COPY", "WITH"})
# Before UPDATE these make it a part of something else: FOR UPDATE, DO UPDATE, ON DUPLICATE KEY UPDATE, ON UPDATE.
_NO_VERB_AFTER = frozenset({"FOR", "DO", "KEY", "ON"})


@dataclass(frozen=True, slots=True)
class Statement:
    """The tables of one statement, in lower case, with their schema where it is written: `billing.invoice`."""

    verb: str
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()


def read_statement(sql: str) -> Statement:
    """The tables that a statement names; empty for BEGIN, SAVEPOINT, SET and for what changes the schema."""
    tokens = list(_tokens(_VALUES.sub("()", sql)))
    verb = next((token.word for token in tokens if token.word), "")
    if verb not in _VERBS:
        return Statement(verb)
    reader = _Reader(tokens)
    reader.read()
    ctes = _cte_names(tokens)
    reads = frozenset(reader.reads - ctes)
    return Statement(verb, reads, frozenset(reader.writes - ctes))


@dataclass(frozen=True, slots=True)
class _Token:
    """`word` is a keyword or bare name in capitals, `name` what it names; both are empty for punctuation."""

    mark: str
    word: str = ""
    name: str = ""


@dataclass(slots=True)
class _Level:
    """What is known inside one pair of parentheses."""

    verb: str = ""
    is_list: bool = False
    expects_table: bool = False
    expects_written: bool = False


@dataclass(slots=True)
class _Reader:
    tokens: list[_Token]
    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    levels: list[_Level] = field(default_factory=lambda: [_Level()])

    def read(self) -> None:
        """Walk over the tokens once."""
        at = 0
        while at < len(self.tokens):
            at = self._step(at)

    def _step(self, at: int) -> int:
        token, level = self.tokens[at], self.levels[-1]
        if token.mark and token.mark in "();,":
            self._punctuate(token.mark, level)
        elif level.expects_table and token.name and token.word not in _NOT_A_NAME | _VERBS | {"FROM"}:
            return self._take_name(at, level)
        elif token.word:
            self._keyword(token.word, self.tokens[at - 1].word if at else "", level)
        return at + 1

    def _punctuate(self, mark: str, level: _Level) -> None:
        if mark == "(":
            # In a list of tables, parentheses hold a join or a subquery.
            self.levels.append(_Level(is_list=level.expects_table, expects_table=level.expects_table))
            level.expects_table = False
        elif mark == ")" and len(self.levels) > 1:
            self.levels.pop()
        elif mark == ",":
            level.expects_table = level.is_list
        elif mark == ";":
            self.levels = [_Level()]

    def _keyword(self, word: str, before: str, level: _Level) -> None:
        if word in _VERBS and before not in _NO_VERB_AFTER:
            level.verb = word
            level.is_list = word == "TRUNCATE"
            level.expects_table = level.expects_written = word in {"UPDATE", "TRUNCATE", "COPY"}
        elif word == "INTO" and level.verb in {"INSERT", "REPLACE", "MERGE"}:
            level.expects_table = level.expects_written = True
        elif word in _READS_FROM and level.verb and before != "DISTINCT":
            self._expect_read(word, level)
        elif word == "JOIN" and level.is_list:
            level.expects_table = True
        elif word in _ENDS_LIST:
            level.is_list = level.expects_table = False

    def _expect_read(self, word: str, level: _Level) -> None:
        # COPY t FROM STDIN names no second table, and JOIN t USING (id) names columns.
        if level.verb == "COPY" or (word == "USING" and level.verb not in {"DELETE", "MERGE"}):
            return
        level.expects_table = True
        level.expects_written = word == "FROM" and level.verb == "DELETE" and not level.is_list
        level.is_list = True

    def _take_name(self, at: int, level: _Level) -> int:
        """Read `schema.table`; a name before parentheses is a function, or the columns of an INSERT."""
        parts = [self.tokens[at].name]
        at += 1
        while at + 1 < len(self.tokens) and self.tokens[at].mark == "." and self.tokens[at + 1].name:
            parts.append(self.tokens[at + 1].name)
            at += 2
        is_call = at < len(self.tokens) and self.tokens[at].mark == "(" and not level.expects_written
        if not is_call:
            (self.writes if self._is_written(at, level) else self.reads).add(".".join(parts).lower())
        level.expects_table = False
        level.expects_written = level.expects_written and level.verb == "TRUNCATE"
        return at

    def _is_written(self, at: int, level: _Level) -> bool:
        if level.verb == "COPY":
            return any(token.word == "FROM" for token in self.tokens[at:])
        return level.expects_written


def _tokens(sql: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup
        text = match.group()
        if kind == "word":
            yield _Token("", text.upper(), text)
        elif kind == "quoted":
            yield _Token("", "", text[1:-1].replace('""', '"').replace('"."', "."))
        elif match.group("text"):
            yield _Token("'")
        elif kind == "other":
            yield _Token(text)


def _cte_names(tokens: list[_Token]) -> set[str]:
    """The names that WITH gives to queries: `name AS (`, `name (columns) AS MATERIALIZED (`."""
    if not any(token.word == "WITH" for token in tokens):
        return set()
    names = set()
    for at, token in enumerate(tokens):
        if token.word != "AS" or at == 0:
            continue
        after = next((t for t in tokens[at + 1 :] if t.word not in {"NOT", "MATERIALIZED"}), None)
        if after is None or after.mark != "(":
            continue
        start = at - 1
        if tokens[start].mark == ")":
            while start >= 0 and tokens[start].mark != "(":
                start -= 1
            start -= 1
        if start >= 0 and tokens[start].name:
            names.add(tokens[start].name.lower())
    return names
