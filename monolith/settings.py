"""How is the shop configured? Everything that differs between places comes from the environment.

DATABASE_URL, REDIS_URL, CARD_PROCESSOR_URL, SECRET_KEY, DEBUG, ALLOWED_HOSTS, LOG_LEVEL;
BOUNDARIES_MOVER_URL, PAYMENTS_URL and PAYMENTS_DATABASE_URL for the extraction of payments;
BOUNDARIES_KEY_MONOLITH and BOUNDARIES_KEY_PAYMENTS for signed calls between the two.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from monolith import environment

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = environment.flag("DEBUG", default=False)


def _secret(name: str, *, for_development: str) -> str:
    value = os.environ.get(name, for_development if DEBUG else "")
    if not value:
        raise ImproperlyConfigured(f"Set {name}, or DEBUG=1 on a machine of your own.")
    return value


SECRET_KEY = _secret("SECRET_KEY", for_development="a-key-for-development-only-that-is-known-to-everybody")
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,testserver").split(",")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "boundaries.contexts",
    "boundaries.facades",
    "boundaries.messaging",
    "boundaries.strangler",
    "boundaries.watch",
    "monolith.accounts",
    "monolith.catalogue",
    "monolith.cart",
    "monolith.flights",
    "monolith.hotels",
    "monolith.bookings",
    "monolith.payments",
    "monolith.notifications",
    "monolith.storefront",
    "monolith.seed",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "boundaries.facades.middleware.BoundariesMiddleware",
]

ROOT_URLCONF = "monolith.urls"
WSGI_APPLICATION = "monolith.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# One connection per thread, kept and checked once per request.
DATABASES = {
    "default": {
        **environment.database(os.environ.get("DATABASE_URL", "postgresql://localhost/monolith")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}

REDIS_URL = os.environ.get("REDIS_URL", "")
CACHES = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "shop",
        }
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_DEFAULT_QUEUE = "boundaries.monolith"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

# Scrypt: as strong as the default, and a tenth of its time on small machines.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["monolith.storefront.identity.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["monolith.storefront.identity.IsSignedIn"],
    "UNAUTHENTICATED_USER": None,
}

BOUNDARIES = {
    "MAP": str(BASE_DIR / "pyproject.toml"),
    "MOVER_DATABASE_URL": "env:BOUNDARIES_MOVER_URL",
    "PRINCIPAL": "monolith.storefront.identity.principal_of",
    "KEYS": {
        "monolith": [_secret("BOUNDARIES_KEY_MONOLITH", for_development="monolith-key-for-development-only")],
        "payments": [_secret("BOUNDARIES_KEY_PAYMENTS", for_development="payments-key-for-development-only")],
    },
}

CARD_PROCESSOR_URL = os.environ.get("CARD_PROCESSOR_URL", "")

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_COOKIE_HTTPONLY = True
LOGIN_URL = "storefront:sign-in"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
    "loggers": {
        "boundaries": {"level": os.environ.get("LOG_LEVEL", "INFO")},
        # A refusal (4xx) is an answer, not a warning.
        "django.request": {"level": "ERROR"},
    },
}
