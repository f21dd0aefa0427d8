"""Would this deployable notice a signed call that arrives twice?"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

from boundaries.conf import setting

_FORGETS = "django.core.cache.backends.dummy."
_OF_ONE_PROCESS = "django.core.cache.backends.locmem."


@checks.register()
def check_nonce_cache(**_kwargs: Any) -> list[checks.CheckMessage]:
    """The cache of NONCE_CACHE exists, remembers, and is shared by all processes, wherever keys are set."""
    if not setting("KEYS"):
        return []
    alias = setting("NONCE_CACHE")
    if alias not in settings.CACHES:
        return [_error(f"NONCE_CACHE names {alias!r}, which is not in CACHES.")]
    backend: str = settings.CACHES[alias]["BACKEND"]
    if backend.startswith(_FORGETS):
        return [_error(f"The cache {alias!r} remembers nothing: every signed call could be replayed.")]
    if backend.startswith(_OF_ONE_PROCESS):
        text = f"The cache {alias!r} belongs to one process: a signed call could be replayed to another one."
        return [checks.Warning(text, hint="Name a cache on Redis in NONCE_CACHE.", id="boundaries.BD346")]
    return []


def _error(text: str) -> checks.Error:
    return checks.Error(text, hint="Name a cache on Redis in NONCE_CACHE.", id="boundaries.BD346")
