"""How is the result of a check told, to people and to machines?"""

from __future__ import annotations

from collections.abc import Callable

from boundaries.enforcement.check import CheckResult
from boundaries.enforcement.later import later

FORMATS: dict[str, Callable[[CheckResult], str]] = {
    "text": later("boundaries.enforcement.reports.text:render"),
    "json": later("boundaries.enforcement.reports.as_json:render"),
    "sarif": later("boundaries.enforcement.reports.sarif:render"),
    "github": later("boundaries.enforcement.reports.github:render"),
    "gitlab": later("boundaries.enforcement.reports.gitlab:render"),
    "junit": later("boundaries.enforcement.reports.junit:render"),
}
