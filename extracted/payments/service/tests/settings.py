"""The settings of the service while it is tested."""

import os

HAS_OWN_DATABASE = "DATABASE_URL" in os.environ

# Replaced by conftest.py with a real database as soon as a test wants one.
os.environ.setdefault("DATABASE_URL", "postgresql://tests@127.0.0.1:1/tests")
os.environ.setdefault("SECRET_KEY", "only for tests")
os.environ.setdefault("BOUNDARIES_KEY_MONOLITH", "a key that only the tests know")

from service.settings import *  # noqa: E402, F403
from service.settings import BOUNDARIES  # noqa: E402

ALLOWED_HOSTS = ["testserver"]
CELERY_BROKER_URL = "memory://"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
BOUNDARIES = {**BOUNDARIES, "ROUTE_POLL_SECONDS": 0}
