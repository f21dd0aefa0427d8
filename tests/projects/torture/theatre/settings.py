"""Settings of the theatre: they want a secret, as real ones do."""

import os
from urllib.parse import urlsplit

SECRET_KEY = os.environ["THEATRE_SECRET_KEY"]
_URL = urlsplit(os.environ.get("DATABASE_URL", "postgresql://localhost/theatre"))
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _URL.path.lstrip("/"),
        "USER": _URL.username,
        "PASSWORD": _URL.password,
        "HOST": _URL.hostname,
        "PORT": _URL.port,
        "ATOMIC_REQUESTS": True,
    }
}
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "base",
    "people",
    "stage",
    "ticketing",
    "press",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
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
ROOT_URLCONF = "theatre.urls"
AUTH_USER_MODEL = "people.Visitor"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TICKETING_HOLD_MINUTES = 15
CELERY_BEAT_SCHEDULE = {"close": {"task": "box-office-close", "schedule": 86400}}
USE_TZ = True
