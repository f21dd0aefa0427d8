"""What does GitLab show in a merge request? Its code quality report."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256

from boundaries.enforcement.check import CheckResult
from boundaries.enforcement.reports.message import message_of, remedy_of
from boundaries.enforcement.reports.place import in_repository


def render(result: CheckResult) -> str:
    """A JSON list with one issue per new violation; GitLab wants every fingerprint only once."""
    seen: Counter[tuple[str, ...]] = Counter()
    issues = []
    for violation in result.new:
        seen[violation.identity] += 1
        identity = "\0".join([*violation.identity, str(seen[violation.identity])])
        issues.append(
            {
                "description": f"{violation.rule} {message_of(violation)}. {remedy_of(violation)}",
                "check_name": violation.rule,
                "fingerprint": sha256(identity.encode()).hexdigest(),
                "severity": "major",
                "location": {
                    "path": in_repository(violation.path, result.root),
                    "lines": {"begin": violation.line},
                },
            }
        )
    return json.dumps(issues, indent=2)
