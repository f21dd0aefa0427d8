"""What does GitHub show beside the changed lines? One annotation per new violation."""

from __future__ import annotations

from boundaries.enforcement.check import CheckResult
from boundaries.enforcement.reports.message import message_of, remedy_of
from boundaries.enforcement.reports.place import in_repository

# GitHub shows fewer than this of one step; the rest would only bury the log.
_MOST_ANNOTATIONS = 50


def render(result: CheckResult) -> str:
    """Workflow commands; what is beyond the first fifty is one more, and so are stale entries."""
    lines = [
        f"::error file={_property(in_repository(v.path, result.root))},line={v.line},col={v.column},"
        f"title={_property(v.rule or '')}::{_data(f'{v.rule} {message_of(v)}. {remedy_of(v)}')}"
        for v in result.new[:_MOST_ANNOTATIONS]
    ]
    if len(result.new) > _MOST_ANNOTATIONS:
        more = len(result.new) - _MOST_ANNOTATIONS
        lines.append(f"::error title=more violations::{more} more are in the log of this step")
    if result.stale:
        level = "error" if result.fails_on_stale else "warning"
        text = (
            f"{len(result.stale)} entries of the baseline are stale; run boundaries check --update-baseline"
        )
        lines.append(f"::{level} title=stale baseline::{_data(text)}")
    return "\n".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
