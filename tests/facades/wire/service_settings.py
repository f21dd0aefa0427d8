"""The settings of a service that owns the context `parcels`, for a process of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tests.settings import parse_database_url

BASE_DIR = Path(__file__).parent
SECRET_KEY = "only for tests"
DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
ROOT_URLCONF = "tests.facades.wire.service_urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
INSTALLED_APPS = ["boundaries.contexts", "boundaries.facades"]
DATABASES = {"default": parse_database_url(os.environ["DATABASE_URL"]) | {"ATOMIC_REQUESTS": True}}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["REDIS_URL"]}
}
REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None}
BOUNDARIES: dict[str, Any] = {
    "MAP": "boundaries.toml",
    "SIDE": "parcels",
    "ROUTE_POLL_SECONDS": 0,
    "KEYS": {
        "monolith": ["the new key of monolith and parcels", "the old key of monolith and parcels"],
        "orders": ["the key of orders and parcels"],
        "ledger": ["the key of ledger and parcels"],
        "nobody": ["the key of somebody who is not in the map"],
    },
}
