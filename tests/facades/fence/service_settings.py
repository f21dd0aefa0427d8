"""The settings of the ledger as a service of its own."""

from __future__ import annotations

import os
from typing import Any

from tests import settings as monolith

SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
ROOT_URLCONF = "tests.facades.wire.service_urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["boundaries.contexts", "boundaries.facades", "boundaries.messaging", "tests.sample.ledger"]
MIDDLEWARE = ["boundaries.facades.middleware.BoundariesMiddleware"]
DATABASES = {"default": monolith.parse_database_url(os.environ["DATABASE_URL"])}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["REDIS_URL"]}
}
REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None}
BOUNDARIES: dict[str, Any] = {**monolith.BOUNDARIES, "SIDE": "ledger"}
