"""Does a service run its own copy of its context's code?

The dotted path is the same in the monolith and in the service, so whichever lies first on the path would be
taken without a word. Needs neither Django nor the map: settings ask it while they are being read.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterable
from pathlib import Path

from boundaries.errors import BoundaryError


class ForeignCode(BoundaryError):
    """Raised at start when the context's code would come from elsewhere, or from nowhere."""

    code = "BD324"
    problem = "The code of {package} would come from {found}, not from the service's folder {folder}."
    remedy = "Start the service with its own folder as the current directory, and clear PYTHONPATH."


def require_own_code(folder: Path, packages: Iterable[str]) -> None:
    """Refuse to start unless every package is found below `folder`. Imports only the packages' parents.

    :raises ForeignCode: naming the first that is not.
    """
    home = os.path.realpath(folder)
    for package in packages:
        found = _location(package)
        if found is None or not os.path.realpath(found).startswith(home + os.sep):
            raise ForeignCode(package=package, found=found or "nowhere", folder=home)


def _location(package: str) -> str | None:
    try:
        spec = importlib.util.find_spec(package)
    except ImportError:
        return None
    if spec is None:
        return None
    places = spec.submodule_search_locations
    return spec.origin or (next(iter(places), None) if places else None)
