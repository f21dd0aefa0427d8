"""Wait until a fact is true, or fail saying what was waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Fact = TypeVar("Fact")


def wait_for(
    look: Callable[[], Fact], *, seconds: float = 60.0, what: str | Callable[[], object] = "it to come true"
) -> Fact:
    """The first true answer of `look`.

    `what` may be a function, called when there was none within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not (fact := look()):
        assert time.monotonic() < deadline, f"waited {seconds} s for {what() if callable(what) else what}"
        time.sleep(0.02)
    return fact
