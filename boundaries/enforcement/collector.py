"""When does looking for garbage only cost?"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Keep the collector from walking what dies by reference count anyway: syntax trees, facts, links.

    What lives on is old at once, so that it is not walked the moment the collector is back.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            # What is taken out of the young generation comes back into the oldest.
            gc.freeze()
            gc.unfreeze()
        if was_enabled:
            gc.enable()
