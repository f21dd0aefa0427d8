import os
from pathlib import Path
from urllib.parse import urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ.get("SECRET_KEY", "a library has few secrets")
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
USE_TZ = True
ROOT_URLCONF = "library.urls"
WSGI_APPLICATION = "library.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "boundaries.contexts",
    "boundaries.facades",
    "boundaries.messaging",
    "boundaries.strangler",
    "books",
    "loans",
    "fines",
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
        "CONN_MAX_AGE": 60,
    }
}

BOUNDARIES = {
    "MAP": "boundaries.toml",
    "TRANSPORT": "none",
    "KEYS": {"fines": [os.environ.get("BOUNDARIES_KEY_FINES", "the key of library and fines")]},
    "SHADOW_CALLS_NEEDED": int(os.environ.get("SHADOW_CALLS_NEEDED", "200")),
    "CHUNK_ROWS": int(os.environ.get("CHUNK_ROWS", "20000")),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
