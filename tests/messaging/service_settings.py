"""The settings of a service that took the context `orders` out of the sample project."""

from tests.settings import *  # noqa: F403
from tests.settings import BOUNDARIES as _BOUNDARIES

BOUNDARIES = {**_BOUNDARIES, "SIDE": "orders"}
