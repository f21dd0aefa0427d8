"""What do scripts read? One JSON object whose rows are those of `boundaries couplings`."""

from __future__ import annotations

import json

from boundaries.enforcement.check import CheckResult


def render(result: CheckResult) -> str:
    """The result as JSON."""
    return json.dumps(result.as_dict(), indent=2)
