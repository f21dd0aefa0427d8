"""Which Django project do the rooms of the kit run in while they are tested?

The database is named by `DATABASE_URL`, else it is an embedded PostgreSQL, filled in by `tests/conftest.py` when
the first test wants it. Importing this starts nothing, so that a type checker can.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

BASE_DIR = Path(__file__).parent
HAS_OWN_DATABASE = "DATABASE_URL" in os.environ


def parse_database_url(url: str) -> dict[str, Any]:
    """A PostgreSQL URL as entries of Django's DATABASES."""
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }


def _existing(*names: str) -> list[str]:
    return [
        name for name in names if importlib.util.find_spec(name) and importlib.util.find_spec(f"{name}.apps")
    ]


SECRET_KEY = "only for tests"
DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
TIME_ZONE = "UTC"
ROOT_URLCONF = "tests.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"

DATABASES = {
    "default": parse_database_url(os.environ.get("DATABASE_URL", "postgresql://tests@127.0.0.1:1/tests"))
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.admin",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    *_existing(
        "boundaries.contexts",
        "boundaries.enforcement",
        "boundaries.facades",
        "boundaries.messaging",
        "boundaries.strangler",
        "boundaries.watch",
        "tests.sample.ledger",
        "tests.sample.orders",
    ),
]

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# One key for both ends, since a test may be caller and service in the same process.
_KEYS = ["a key that only the tests know"]

BOUNDARIES: dict[str, Any] = {
    "MAP": BASE_DIR / "sample" / "boundaries.toml",
    "ROUTE_POLL_SECONDS": 0,
    "KEYS": {"monolith": _KEYS, "ledger": _KEYS, "orders": _KEYS},
}
