"""A process that calls, forks, and calls from both sides of the fork; the arguments are an address and a key."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))


def main(url: str, key: str) -> int:
    from django.conf import settings

    settings.configure(BOUNDARIES={"KEYS": {"parcels": [key]}})

    from boundaries.facades.transport import send
    from tests.facades.wire.calls import a_query

    send(a_query(body=b'"parent"'), url=url)
    child = os.fork()
    if child == 0:
        send(a_query(body=b'"child"'), url=url)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    send(a_query(body=b'"parent"'), url=url)
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
