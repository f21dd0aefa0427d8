"""Does the control room fit into projects that are put together in other ways?"""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.urls import resolve, reverse


@pytest.mark.parametrize("name", ["extraction", "extraction_part", "extraction_facts"])
def test_pages_are_never_inside_a_transaction_of_the_request(name):
    """A step that runs in one would hold locks that the follower waits for."""
    page = resolve(reverse(f"admin:boundaries_watch_{name}", args=["ledger"])).func
    assert page._non_atomic_requests == {"default"}


def test_the_page_that_runs_a_step_is_never_inside_a_transaction_of_the_request():
    page = resolve(reverse("admin:boundaries_watch_step", args=["ledger", "shadow"])).func
    assert page._non_atomic_requests == {"default"}


def test_a_service_with_an_admin_has_a_control_room_without_extractions():
    """Given a service that installs an admin but no mover, when its room is opened, then it has no extraction."""
    program = """
from django.conf import settings
MIDDLEWARE = ["sessions.middleware.SessionMiddleware", "auth.middleware.AuthenticationMiddleware", "messages.middleware.MessageMiddleware"]
PROCESSORS = ["template.context_processors.request", "contrib.auth.context_processors.auth", "contrib.messages.context_processors.messages"]
settings.configure(
    INSTALLED_APPS=[
        *("django.contrib." + app for app in ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles")),
        "boundaries.contexts", "boundaries.facades", "boundaries.messaging", "boundaries.watch",
    ],
    MIDDLEWARE=["django.contrib." + name for name in MIDDLEWARE],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django." + name for name in PROCESSORS]}}],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    ROOT_URLCONF="tests.urls", ALLOWED_HOSTS=["*"], STATIC_URL="/static/", SECRET_KEY="x", USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    BOUNDARIES={"MAP": "tests/sample/boundaries.toml", "SIDE": "ledger", "ROUTE_POLL_SECONDS": 0},
)
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse
call_command("migrate", verbosity=0)
call_command("makemigrations", "boundaries_watch", check=True, dry_run=True, verbosity=0)
client = Client()
client.force_login(User.objects.create_superuser("ada", password="x"))
answer = client.get(reverse("admin:boundaries_watch_controlroom_changelist"))
assert answer.status_code == 200, answer.content
assert b"ledger" in answer.content and b"Extraction" not in answer.content
assert client.get(reverse("admin:index")).status_code == 200
try:
    reverse("admin:boundaries_watch_extraction", args=["ledger"])
except NoReverseMatch:
    pass
else:
    raise AssertionError("a service has no extraction")
import sys
assert not [name for name in sys.modules if name.startswith("boundaries.strangler")]
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=60)
