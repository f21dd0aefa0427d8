"""What must hold before a server, worker, relay or follower starts?"""

from boundaries.facades import routing, side


def require_ready() -> None:
    """Refuse to start on another side's database, or without routes and owners.

    Management commands don't call this: `migrate` must run before there is anything to read.

    :raises boundaries.facades.side.WrongSide: on another deployable's database.
    :raises boundaries.facades.routing.RoutesUnreadable: when the kit's tables cannot be read.
    """
    routing.require_readable()
    side.require_side()
