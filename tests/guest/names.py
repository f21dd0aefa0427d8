"""Which names has the kit brought into the project that it is installed in? Run inside it; prints one JSON object."""

import json
import time

import django

django.setup()

import testing  # noqa: E402
from celery import current_app  # noqa: E402
from django.apps import apps  # noqa: E402
from django.core.cache import caches  # noqa: E402
from django.core.management import get_commands  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from boundaries.facades.keyring import remember_nonce  # noqa: E402
from boundaries.facades.signing import Envelope, sign, verify  # noqa: E402
from boundaries.messaging import tasks  # noqa: E402, F401  (registers itself)

OURS = [config for config in apps.get_app_configs() if config.name.startswith("boundaries.")]


def urls() -> list[str]:
    """Names and namespaces of what the kit's URL modules bring."""
    names = []
    for entry in get_resolver().url_patterns:
        module = getattr(entry, "urlconf_module", None)
        if getattr(module, "__name__", "").startswith("boundaries."):
            namespace = entry.namespace
            names += [f"{namespace}:{one.name}" if namespace else one.name for one in entry.url_patterns]
    return names


def cache_keys() -> list[str]:
    """What a call that was received is remembered under."""
    asked: list[str] = []
    caches["default"].add = lambda key, *rest, **more: asked.append(key) or True
    key, now = b"the key of guest and messaging", time.time()
    path = "/boundaries/v1/messaging/1/write"
    headers = sign(Envelope("POST", path, "messaging", "monolith"), body=b"{}", key=key, now=now)
    verify(
        headers, method="POST", path=path, body=b"{}", side="monolith", keys=lambda peer: [key],
        remember=remember_nonce, now=now, window_seconds=30,
    )  # fmt: skip
    return asked


def metrics() -> list[str]:
    """The names of the metrics that a scraper sees."""
    text = Client().get("/metrics").content.decode()
    return sorted({line.split("{")[0].split(" ")[0] for line in text.splitlines() if line and line[0] != "#"})


print(
    json.dumps(
        {
            "labels": [config.label for config in OURS],
            "tables": sorted(connection.introspection.table_names()),
            "model_tables": sorted(model._meta.db_table for config in OURS for model in config.get_models()),
            "urls": urls(),
            "tasks": sorted(name for name in current_app.tasks if not name.startswith("celery.")),
            "cache_keys": cache_keys(),
            "metrics": metrics(),
            "commands": {name: app for name, app in get_commands().items() if app.startswith("boundaries.")},
            "testing": testing.ANSWER,
        }
    )
)
