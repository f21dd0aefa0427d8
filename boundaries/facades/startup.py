"""What must hold before a server, worker, relay or follower starts?"""

import sys

from boundaries.errors import BoundaryError
from boundaries.facades import routing, side


def require_ready() -> None:
    """Refuse to start on another side's database, or without routes and owners.

    Management commands don't call this: `migrate` must run before there is anything to read.

    :raises boundaries.facades.side.WrongSide: on another deployable's database.
    :raises boundaries.facades.routing.RoutesUnreadable: when the kit's tables cannot be read.
    """
    routing.require_readable()
    side.require_side()


def require_ready_to_serve() -> None:
    """The same for a web server; under gunicorn the refusal is one line, instead of a traceback of its loader.

    :raises WrongSide, RoutesUnreadable: as above; gunicorn stops as after any application that cannot be loaded.
    """
    try:
        require_ready()
    except BoundaryError as refusal:
        gunicorn = sys.modules.get("gunicorn.errors")
        if gunicorn is None:
            raise
        raise gunicorn.AppImportError(refusal.render()) from refusal
