"""What do scripts read? One JSON object whose rows are those of `boundaries couplings`."""

from __future__ import annotations

import json
from importlib import resources

from boundaries.enforcement.check import CheckResult


def render(result: CheckResult) -> str:
    """The result as JSON."""
    return json.dumps(result.as_dict(), indent=2)


def output_schema() -> str:
    """The JSON Schema of what every verb of the lint prints with `--json`; one definition per verb."""
    return resources.files("boundaries.enforcement.reports").joinpath("output.schema.json").read_text("utf-8")
