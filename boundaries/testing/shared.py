"""Which servers does this whole test run share?

They start when somebody asks for the first time, and end with the process, whichever way it ends.
"""

from __future__ import annotations

import atexit
import os
from contextlib import ExitStack

from boundaries.testing import watchdog
from boundaries.testing.servers import Servers, running

CLUSTERS = ("alpha", "beta")

_stack = ExitStack()
_servers: list[Servers] = []


def shared_servers() -> Servers:
    """Two clusters, `alpha` and `beta`, and Redis: the same ones at every call.

    From then on this process's children carry the mark of the run, so that none of them outlives it. No URL
    is put into the environment: a child gets what its test passes on. `DATABASE_URL` is about Django's own
    database and changes nothing here; `ALPHA_ADMIN_URL`, `BETA_ADMIN_URL` and `REDIS_URL` name servers to use
    instead.
    """
    if not _servers:
        given = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        _servers.append(_stack.enter_context(running(clusters=CLUSTERS, redis=True, given=given)))
        os.environ[watchdog.MARK] = _servers[0].environ[watchdog.MARK]
        atexit.register(stop_shared_servers)
    return _servers[0]


def started_servers() -> Servers | None:
    """The shared servers if somebody has asked for them."""
    return _servers[0] if _servers else None


def stop_shared_servers() -> None:
    """End them now; nothing, if there are none."""
    if _servers:
        _servers.clear()
        os.environ.pop(watchdog.MARK, None)
        _stack.close()
