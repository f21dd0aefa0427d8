"""Which port is free?"""

from __future__ import annotations

import random
import socket

# Below the range from which kernels hand out ports to outgoing connections, so that none is taken in between.
_LOWEST, _HIGHEST = 20_000, 32_000
_ATTEMPTS = 100


def free_port() -> int:
    """A TCP port of 127.0.0.1 on which nobody listens right now; a server started on it may still lose it."""
    for _ in range(_ATTEMPTS):
        port = random.SystemRandom().randrange(_LOWEST, _HIGHEST)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port between {_LOWEST} and {_HIGHEST} on 127.0.0.1")
