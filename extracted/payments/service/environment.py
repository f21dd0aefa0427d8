"""How do values of the environment become settings?"""

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}


def required(name: str) -> str:
    """The value of a variable without which nothing can start."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"Set {name} in the environment.")
    return value


def secret(name: str, *, debug: bool) -> str:
    """The same, with a stand-in that everybody knows for development."""
    if debug and name not in os.environ:
        return "for-development-only-and-known-to-everybody"
    return required(name)


def flag(name: str, *, default: bool = False) -> bool:
    """A yes or no: `1`, `true`, `yes` and `on` mean yes."""
    value = os.environ.get(name, "")
    return value.lower() in TRUE if value else default


def keys(*peers: str) -> dict[str, list[str]]:
    """The signing keys shared with each peer, from `BOUNDARIES_KEY_<PEER>`.

    Several are separated by commas: the first one signs, all of them verify.
    """
    names = {peer: f"BOUNDARIES_KEY_{peer.upper().replace('-', '_')}" for peer in peers}
    return {
        peer: os.environ[name].split(",")
        for peer, name in names.items()
        if os.environ.get(name)
    }


def database(url: str) -> dict[str, Any]:
    """Django's settings for a `postgresql://user:password@host:port/name?option=x` URL.

    A `host` among the options (a socket's folder) wins; the others go to the driver.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured("DATABASE_URL has to begin with postgresql://.")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or options.pop("password", "")),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": options.pop("port", "") or parts.port or "",
        "OPTIONS": options,
    }
