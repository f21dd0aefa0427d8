"""Settings with which misago starts, and no more. No database is asked, so that there need be none."""

from misago.settings import *  # noqa: F403

SECRET_KEY = "x"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "x", "HOST": "127.0.0.1"}}
ROOT_URLCONF = "misago.urls"
AUTH_USER_MODEL = "misago_users.User"
USE_TZ = True
STATIC_URL = "/static/"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
MISAGO_PLUGINS = "none"
