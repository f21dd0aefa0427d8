"""Which deployable listens at an address?

A call is signed for one audience: 'monolith', or the context whose service it is.
"""

from __future__ import annotations

from boundaries.conf import named_address
from boundaries.contexts.map import Context, current_map
from boundaries.errors import BoundaryError
from boundaries.facades.keyring import own_name

MONOLITH = "monolith"


def peer_at(address: str, *, context: str) -> str:
    """The name of the deployable that answers for `context` at `address`.

    The monolith only calls services. A service asks the map, and takes what is not a service's address for
    the monolith's, where every context lived at first.
    """
    own = own_name()
    if own == MONOLITH:
        return context
    if context == own or _same(address, named_address("MONOLITH_URL")):
        return MONOLITH
    declared = current_map().contexts.get(context)
    if declared is None:
        return MONOLITH
    return context if declared.state == "outside" or _same(address, _service_address(declared)) else MONOLITH


def _service_address(context: Context) -> str | None:
    try:
        return context.service.resolve_url() if context.service else None
    except BoundaryError:
        return None  # this deployable was not told where that one is


def _same(one: str, other: str | None) -> bool:
    return other is not None and one.rstrip("/") == other.rstrip("/")
