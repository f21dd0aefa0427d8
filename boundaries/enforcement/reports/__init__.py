"""How is the result of a check told, to people and to machines?"""

from __future__ import annotations

from collections.abc import Callable

from boundaries.enforcement.check import CheckResult
from boundaries.enforcement.reports import as_json, github, gitlab, junit, sarif, text

FORMATS: dict[str, Callable[[CheckResult], str]] = {
    "text": text.render,
    "json": as_json.render,
    "sarif": sarif.render,
    "github": github.render,
    "gitlab": gitlab.render,
    "junit": junit.render,
}
