"""Do health checks say what a load balancer needs, and nothing that a stranger must not know?"""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from django.db import DatabaseError
from django.test import RequestFactory

from boundaries.facades import routing, side
from boundaries.facades.models import Side
from boundaries.watch import health

REQUEST = RequestFactory().get("/")


class TestHealthz:
    def test_is_200_without_a_database(self):
        answer = health.healthz(REQUEST)
        assert (answer.status_code, answer.content) == (200, b'{"status": "ok", "side": "monolith"}')

    def test_is_not_cached(self):
        assert "no-cache" in health.healthz(REQUEST)["Cache-Control"]

    def test_answers_no_post(self):
        assert health.healthz(RequestFactory().post("/")).status_code == 405


@pytest.mark.django_db
class TestReadyz:
    def test_is_200_when_database_routes_and_side_are_right(self):
        assert health.readyz(REQUEST).status_code == 200

    def test_is_503_on_the_database_of_another_side(self):
        Side.objects.update_or_create(id=1, defaults={"name": "ledger"})
        answer = health.readyz(REQUEST)
        assert answer.status_code == 503
        assert side.WrongSide.code in answer.content.decode()

    def test_is_503_without_the_secrets_of_the_error(self, monkeypatch, caplog):
        def broken():
            raise DatabaseError('connection to server at "10.0.0.3" failed for user "app"')

        monkeypatch.setattr(routing, "refresh", broken)
        with caplog.at_level(logging.WARNING, "boundaries.health"):
            answer = health.readyz(REQUEST)
        assert answer.status_code == 503
        assert "10.0.0.3" not in answer.content.decode()
        assert "10.0.0.3" in caplog.text


def test_health_and_metrics_run_where_neither_mover_nor_linter_is_installed():
    """Given a service with the three rooms of a service, when it serves them, then nothing else is loaded."""
    program = """
import sys
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["boundaries.contexts", "boundaries.facades", "boundaries.messaging"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    ROOT_URLCONF="boundaries.watch.urls", ALLOWED_HOSTS=["*"],
    BOUNDARIES={"MAP": "tests/sample/boundaries.toml", "SIDE": "ledger", "ROUTE_POLL_SECONDS": 0},
)
import django
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
for path in ("healthz", "readyz", "metrics"):
    answer = Client().get("/" + path)
    assert answer.status_code == 200, (path, answer.content)
assert b'boundaries_owner_here{context="ledger"}' in answer.content, answer.content
loaded = [name for name in sys.modules if name.startswith(("boundaries.strangler", "boundaries.enforcement", "grimp"))]
assert not loaded, loaded
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=60)
