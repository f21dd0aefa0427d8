"""Which snapshot of routes and owners is in use at this moment?

Kept apart from `routing`, which needs Django's models, so that an operation can look here before anything else.
"""

from __future__ import annotations


class Present:
    """The snapshot that the background thread of this process has taken last; None while there is no such thread."""

    snapshot: object | None = None


present = Present()
