"""What does GitHub show beside the changed lines? One annotation per new violation."""

from __future__ import annotations

from boundaries.enforcement.check import CheckResult
from boundaries.enforcement.reports.message import message_of, remedy_of


def render(result: CheckResult) -> str:
    """Workflow commands; stale entries are one warning on the job."""
    lines = [
        f"::error file={_property(v.path)},line={v.line},col={v.column},title={_property(v.rule or '')}"
        f"::{_data(f'{v.rule} {message_of(v)}. {remedy_of(v)}')}"
        for v in result.new
    ]
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
