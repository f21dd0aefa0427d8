import os
from pathlib import Path
from urllib.parse import urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ.get("SECRET_KEY", "a depot has few secrets")
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
USE_TZ = True
ROOT_URLCONF = "depot.urls"
WSGI_APPLICATION = "depot.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "boundaries.contexts",
    "boundaries.facades",
    "boundaries.messaging",
    "boundaries.strangler",
    "stock",
]
MIDDLEWARE = ["boundaries.facades.middleware.BoundariesMiddleware"]

_url = urlsplit(os.environ["DATABASE_URL"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _url.path.lstrip("/"),
        "USER": _url.username,
        "PASSWORD": _url.password,
        "HOST": _url.hostname,
        "PORT": _url.port,
    }
}

BOUNDARIES = {
    "MAP": "boundaries.toml",
    "TRANSPORT": "none",
    "KEYS": {"stock": [os.environ.get("BOUNDARIES_KEY_STOCK", "the key of depot and stock")]},
    "SHADOW_CALLS_NEEDED": int(os.environ.get("SHADOW_CALLS_NEEDED", "200")),
    "CHUNK_ROWS": int(os.environ.get("CHUNK_ROWS", "20000")),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
