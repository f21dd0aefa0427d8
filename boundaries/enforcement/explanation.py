"""Why is a rule there, how is what breaks it mended, and what does that look like?"""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from boundaries.cli import DONE, print_json
from boundaries.enforcement.coupling import SCHEMA
from boundaries.enforcement.rules import RULES, rule_of
from boundaries.enforcement.rules.rule import Rule

_WIDTH = 100
_BY_HAND = "none, this one is mended by hand"
_PAGE = """\
# Rules of the lint

What `boundaries check` finds, by code. An `error` fails, a `warning` is counted; the map may say otherwise, for all contexts or
for one ([how](declare-and-check.md#the-map)). `boundaries explain CODE` prints one section, `boundaries explain --format markdown`
this page. Every example is broken and mended by a test.
"""

_LANGUAGES = {"html": "django", "py": "python", "toml": "toml"}


def run_explain(options: argparse.Namespace) -> int:
    """Explain one rule, or list all."""
    chosen = rule_of(options.code.upper()) if options.code else None
    if options.format == "json":
        print_json(_as_dict(chosen) if chosen else {"schema": SCHEMA, "rules": [_as_dict(r) for r in RULES]})
    elif options.format == "markdown":
        print("\n".join(_section(chosen) if chosen else _page()))
    else:
        print("\n".join(_text(chosen) if chosen else _list()))
    return DONE


def configure_explain(parser: argparse.ArgumentParser) -> None:
    """Add what may be asked about."""
    parser.add_argument(
        "code", metavar="CODE", nargs="?", help="for example BD204; without it, all rules are listed"
    )


def _list() -> Iterator[str]:
    for rule in _sorted(RULES):
        yield f"{rule.code}  {rule.severity:7}  {rule.title}"
    yield "`boundaries explain CODE` says why, and how to mend it."


def _text(rule: Rule) -> Iterator[str]:
    yield f"{rule.code} {rule.title}\n"
    yield textwrap.fill(f"Why: {rule.why}", _WIDTH, subsequent_indent="     ")
    yield textwrap.fill(f"Fix: {rule.fix}", _WIDTH, subsequent_indent="     ")
    yield f"\nSeverity: {rule.severity}. Kinds: {', '.join(rule.kinds)}. Codemod: {rule.codemod or _BY_HAND}."
    for title, files in (("Before", rule.example.before), ("After", rule.example.after)):
        yield f"\n{title}:"
        yield from (textwrap.indent(block.rstrip(), "    ") for block in _blocks(files))


def _page() -> Iterator[str]:
    yield f"{_PAGE}\n| code | severity | rule |\n| --- | --- | --- |"
    for rule in _sorted(RULES):
        yield f"| [{rule.code}](#{rule.code.lower()}) | {rule.severity} | {rule.title} |"
    for rule in _sorted(RULES):
        yield ""
        yield from _section(rule)


def _section(rule: Rule) -> Iterator[str]:
    kinds = ", ".join(f"`{kind}`" for kind in rule.kinds)
    codemod = f"`{rule.codemod}`" if rule.codemod else _BY_HAND
    yield f"## {rule.code}\n"
    yield f"**{rule.title[:1].upper()}{rule.title[1:]}.** Judges {kinds}; {rule.severity} unless the map says otherwise.\n"
    yield textwrap.fill(f"Why: {rule.why}", 128) + "\n"
    yield textwrap.fill(f"Do: {rule.fix}", 128) + "\n"
    yield f"Codemod: {codemod}."
    for title, files in (("Before", rule.example.before), ("After", rule.example.after)):
        yield f"\n{title}:"
        for path, block in zip(files, _blocks(files), strict=True):
            yield f"\n```{_LANGUAGES[path.rpartition('.')[2]]}\n{block}```"


def _blocks(files: Mapping[str, str]) -> Iterator[str]:
    """Each file's text under its name."""
    yield from (f"# {path}\n{text}" for path, text in files.items())


def _as_dict(rule: Rule) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "code": rule.code,
        "title": rule.title,
        "severity": rule.severity,
        "kinds": rule.kinds,
        "why": rule.why,
        "fix": rule.fix,
        "before": dict(rule.example.before),
        "after": dict(rule.example.after),
        "codemod": rule.codemod or None,
    }


def _sorted(rules: Iterable[Rule]) -> list[Rule]:
    return sorted(rules, key=lambda rule: rule.code)
