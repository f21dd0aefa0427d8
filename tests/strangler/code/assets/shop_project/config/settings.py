"""The settings of a shop of a few files."""

import os
from pathlib import Path
from urllib.parse import urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "known to everybody"
_URL = urlsplit(os.environ.get("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none"))
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _URL.path[1:],
        "USER": _URL.username,
        "PASSWORD": _URL.password,
        "HOST": _URL.hostname,
        "PORT": _URL.port,
    }
}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "rest_framework",
    "boundaries.contexts",
    "boundaries.facades",
    "boundaries.messaging",
    "boundaries.strangler",
    "shop.people",
    "shop.cart",
    "shop.pay.apps.PayConfig",
]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PAY_FEE_CENTS = 25
PAY_COUNTRIES = ("NL", "PT")
PAY_BANK_TOKEN = "do-not-copy-me"
PAY_BANK_URL = os.environ.get("BANK_URL", "https://bank.example")
