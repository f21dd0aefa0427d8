"""What has a service that staff work in, and one that only answers calls does not?

It has an admin where the map says at which address browsers find it. Nobody signs in there: the monolith sends people
on, with what they may do (`boundaries.facades.staff`).
"""

from __future__ import annotations

from boundaries.contexts.map import Context

APPS = (
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
)
# Serves the admin's own style sheets, so that one process is enough.
DISTRIBUTION = "whitenoise"
_BARE = ("boundaries.facades.middleware.BoundariesMiddleware",)
_MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    *_BARE,
)
_PROCESSORS = """\
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
"""
_TEMPLATES = """
TEMPLATES = [
    {{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
{processors}    }}
]
"""
_SETTINGS = """
# Who comes here was sent by the monolith, which knows them; an hour later they are sent again.
SESSION_COOKIE_NAME = "{context}_session"
SESSION_COOKIE_AGE = 3600
CSRF_COOKIE_NAME = "{context}_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
# What stands in front ends TLS, and says so in this header.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = int(os.environ.get("SECURE_HSTS_SECONDS", "3600"))
# No redirect to TLS, since other deployables call from inside the network; and subdomains are not ours to judge.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
"""
_NO_BROWSERS = """
# No browser comes here, and so there is nothing to tell one.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002", "security.W003"]
"""
_IMPORTS = """\
from boundaries.facades.staff.views import sign_in_needed
from django.contrib import admin
"""
_ROUTES = """\
    path("admin/login/", sign_in_needed),
    path("admin/", admin.site.urls),
"""


def has_admin(context: Context) -> bool:
    """Whether the map gives the service's admin an address."""
    return context.service is not None and context.service.admin is not None


def middleware(context: Context) -> list[str]:
    """The entries of MIDDLEWARE."""
    return list(_MIDDLEWARE if has_admin(context) else _BARE)


def templates(context: Context, *, has_templates: bool) -> str:
    """The setting TEMPLATES, where anything is rendered."""
    if has_admin(context):
        return _TEMPLATES.format(processors=_PROCESSORS)
    return _TEMPLATES.format(processors="") if has_templates else ""


def settings(context: Context) -> str:
    """The settings about browsers."""
    return _SETTINGS.format(context=context.name.replace("-", "_")) if has_admin(context) else _NO_BROWSERS


def routes(context: Context) -> dict[str, str]:
    """What the URLs import and route for it."""
    return {"imports": _IMPORTS, "routes": _ROUTES} if has_admin(context) else {"imports": "", "routes": ""}
