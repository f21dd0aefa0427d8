"""What do CI servers count? JUnit: one test case per rule, a failure in it per new violation."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from boundaries.enforcement.check import CheckResult
from boundaries.enforcement.reports.message import message_of, remedy_of
from boundaries.enforcement.reports.place import in_repository
from boundaries.enforcement.rules import RULES
from boundaries.enforcement.wording import counted

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(result: CheckResult) -> str:
    """The result as one test suite."""
    cases = [_case(result, rule.code, rule.title) for rule in RULES]
    if result.fails_on_stale:
        cases.append(_stale_case(result))
    failures = sum(case.find("failure") is not None for case in cases)
    suite = ET.Element(
        "testsuite", name="boundaries", tests=str(len(cases)), failures=str(failures), errors="0"
    )
    suite.extend(cases)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    # Character references for all but ASCII: right in whatever encoding the output is written.
    return str(ET.tostring(root, encoding="us-ascii"), "ascii")


def _case(result: CheckResult, code: str, title: str) -> ET.Element:
    found = [violation for violation in result.new if violation.rule == code]
    lines = [
        f"{in_repository(v.path, result.root)}:{v.line}:{v.column}: {message_of(v)}. {remedy_of(v)}"
        for v in found
    ]
    return _with_failure(code, f"{code} {title}", counted(len(found), "new violation"), lines)


def _stale_case(result: CheckResult) -> ET.Element:
    lines = [f"{entry.rule} {entry.source} -> {entry.target} ({entry.count})" for entry in result.stale]
    return _with_failure("baseline", "the baseline is not stale", counted(len(lines), "stale entry"), lines)


def _with_failure(name: str, title: str, message: str, lines: list[str]) -> ET.Element:
    case = ET.Element("testcase", classname=f"boundaries.{name}", name=title)
    if lines:
        failure = ET.SubElement(case, "failure", message=message, type=name)
        failure.text = _NOT_XML.sub("?", "\n".join(lines))
    return case
