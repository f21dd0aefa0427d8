"""How is the payments service configured? Everything that differs comes from the environment.

README.md lists the variables.
"""

import os
from pathlib import Path

from boundaries.facades.origin import require_own_code

from service.environment import database, flag, keys, required, secret

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = flag("DEBUG")
SECRET_KEY = secret("SECRET_KEY", debug=DEBUG)
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1").split(",")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "rest_framework",
    "boundaries.contexts",
    "boundaries.facades",
    "boundaries.messaging",
    "monolith.payments.apps.PaymentsConfig",
]
MIDDLEWARE = ["boundaries.facades.middleware.BoundariesMiddleware"]
ROOT_URLCONF = "service.urls"
WSGI_APPLICATION = "service.wsgi.application"

# No browser comes here, and so there is nothing to tell one.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002", "security.W003"]

DATABASES = {
    "default": {
        **database(required("DATABASE_URL")),
        "CONN_MAX_AGE": int(os.environ.get("CONN_MAX_AGE", "60")),
        "CONN_HEALTH_CHECKS": True,
    }
}
# The service has a history of its own: the monolith's tells of tables that stayed there.
MIGRATION_MODULES = {
    "payments": "service_migrations.payments",
}

REDIS_URL = os.environ.get("REDIS_URL", "")
# Seen signatures are kept in the cache: without Redis each process knows only its own.
CACHES = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "payments",
        }
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", REDIS_URL or "memory://")
CELERY_TASK_DEFAULT_QUEUE = "boundaries.payments"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

# Whose calls are signed with a key of their own, BOUNDARIES_KEY_<PEER>.
PEERS = ["monolith", "bookings", "notifications", "storefront"]
BOUNDARIES = {
    "SIDE": "payments",
    "MAP": BASE_DIR / "boundaries.toml",
    "KEYS": keys(*PEERS),
}

# Nobody signs in here: every call is signed by the deployable that makes it.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CARD_PROCESSOR_URL = os.environ.get("CARD_PROCESSOR_URL", "")

LOG_LEVEL = os.environ.get("LOG_LEVEL", "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}

OWN_PACKAGES = ["monolith.payments"]
require_own_code(BASE_DIR, OWN_PACKAGES)
