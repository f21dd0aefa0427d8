"""How is a bake told on a terminal, and waited for?"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

from boundaries.cli import DONE, FOUND, print_json
from boundaries.strangler import bake
from boundaries.strangler.duration import in_words
from boundaries.strangler.models import BakeState, StepRun


def say(facts: Mapping[str, Any]) -> str:
    """One line for `status`."""
    if facts["state"] == BakeState.BAKING:
        met = f"{facts['calls']:,} calls, {facts['error_rate']:.1%} without an answer"
        probe = f" or when `{facts['probe']}` fails" if facts["probe"] else ""
        left = in_words(facts["seconds_left"])
        return f"baking for {left} more: {met}; goes back by itself at {facts['rule']}{probe}"
    reason = f": {facts['reason']}" if facts["reason"] else ""
    return f"bake {BakeState(facts['state']).label}{reason}"


def present(run: StepRun, *, as_json: bool) -> int:
    """Say how the switch went, wait until the follower has decided on the service, and say what it was.

    Ending the caller ends only the waiting.
    """
    from boundaries.strangler import terminal

    if not as_json:
        terminal.show_run(run)
        print(
            "  watching the service; the follower goes on if this is ended ...", file=sys.stderr, flush=True
        )
    while bake.is_open(run.context):
        time.sleep(bake.LOOK_SECONDS)
    facts = bake.describe(run.context)
    if as_json:
        print_json({**terminal.as_json(run), "bake": facts})
    elif facts:
        print(f"{run.context} {say(facts)}")
    return DONE if facts.get("state") == BakeState.PASSED else FOUND
