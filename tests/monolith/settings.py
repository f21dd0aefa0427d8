"""Which settings does the shop have while it is tested? Its own, on a machine that has set nothing."""

import os

os.environ.setdefault("SECRET_KEY", "a key that only the tests know, and that is long enough")
os.environ.setdefault("BOUNDARIES_KEY_MONOLITH", "monolith-key-that-only-the-tests-know")
os.environ.setdefault("BOUNDARIES_KEY_PAYMENTS", "payments-key-that-only-the-tests-know")

from monolith.settings import *  # noqa: F403
from monolith.settings import BOUNDARIES, DATABASES

DATABASES["default"]["CONN_MAX_AGE"] = 0
# Nothing here outlives a power cut; waiting for the disk would only make the tests slow.
DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
BOUNDARIES = {**BOUNDARIES, "ROUTE_POLL_SECONDS": 0}
