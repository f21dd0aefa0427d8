"""What do code scanners read? SARIF 2.1.0."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from boundaries import __version__
from boundaries.enforcement.check import CheckResult
from boundaries.enforcement.coupling import Coupling
from boundaries.enforcement.reports.message import message_of, remedy_of
from boundaries.enforcement.reports.place import in_repository
from boundaries.enforcement.rules import RULES

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_BASE = "%SRCROOT%"


def render(result: CheckResult) -> str:
    """One run with every rule and every violation; those that the baseline knows are `unchanged`."""
    driver = {"name": "boundaries", "version": __version__, "rules": [_rule(rule.code) for rule in RULES]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"description": {"text": "The folder of the checkout."}}},
        "results": [_result(violation, result) for violation in result.violations],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(code: str) -> dict[str, Any]:
    rule = next(rule for rule in RULES if rule.code == code)
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(violation: Coupling, result: CheckResult) -> dict[str, Any]:
    region = {"startLine": violation.line, "startColumn": violation.column}
    artifact = {"uri": quote(in_repository(violation.path, result.root)), "uriBaseId": _BASE}
    identity = "\0".join(violation.identity)
    return {
        "ruleId": violation.rule,
        "level": "error",
        "message": {"text": f"{message_of(violation)}. {remedy_of(violation)}"},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
        "partialFingerprints": {"boundariesIdentity/v1": sha256(identity.encode()).hexdigest()},
        "baselineState": "unchanged" if violation.baselined else "new",
    }
