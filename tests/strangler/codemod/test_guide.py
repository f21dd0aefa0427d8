"""Can the guide about joins be followed to its end, with the shop's own tests green before and after?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.guides.document import GUIDES, Block, read
from tests.guides.reading import difference
from tests.strangler.codemod.conftest import MANAGE, ROOT, Project

pytest.importorskip("libcst", reason="the extra `fix` is not installed")

SETTINGS = """\
SECRET_KEY = "only for tests"
USE_TZ = True
ROOT_URLCONF = "config.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.sqlite3"}}
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.messages",
    "django.contrib.sessions", "boundaries.contexts", "boundaries.facades", "boundaries.messaging", "shop.bookings",
    "shop.payments",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]
BOUNDARIES = {"MAP": "boundaries.toml"}
"""
URLS = "from django.contrib import admin\nfrom django.urls import path\n\nurlpatterns = [path('admin/', admin.site.urls)]\n"
PAYMENTS = """\
from django.db import models


class Payment(models.Model):
    amount = models.IntegerField()
    state = models.CharField(max_length=20)
"""
TESTS = """\
from django.contrib.auth.models import User
from django.test import TestCase

from shop.bookings import views
from shop.bookings.models import Booking
from shop.payments.models import Payment


class BookingTests(TestCase):
    def setUp(self):
        paid = Payment.objects.create(amount=5, state="paid")
        unpaid = Payment.objects.create(amount=7, state="open")
        for name, payment in (("Rome", paid), ("Oslo", unpaid), ("Rome", unpaid)):
            Booking.objects.create(name=name, payment=payment)

    def test_pages(self):
        self.assertEqual(views.page(), [("Rome", "paid"), ("Oslo", "open"), ("Rome", "open")])
        self.assertEqual([booking.name for booking in views.unpaid().order_by("pk")], ["Oslo", "Rome"])
        self.assertEqual(views.totals(), {"Oslo": 7, "Rome": 12})

    def test_admin(self):
        self.client.force_login(User.objects.create_superuser("ann"))
        page = self.client.get("/admin/bookings/booking/", {"q": "paid"})
        self.assertEqual([row.name for row in page.context["cl"].result_list], ["Rome"])
        booking = Booking.objects.first()
        self.assertContains(self.client.get(f"/admin/bookings/booking/{booking.pk}/change/"), "Rome")
"""
MAP = """\
settings = "config.settings"

[contexts.bookings]
packages = ["shop.bookings"]

[contexts.payments]
packages = ["shop.payments"]
"""


def test_the_guide_leads_to_a_reference(project: Project, tmp_path: Path):
    page = read(GUIDES / "replace-a-join.md")
    project.write(
        {
            "boundaries.toml": MAP, "manage.py": MANAGE, "config/settings.py": SETTINGS, "config/urls.py": URLS,
            "shop/payments/models.py": PAYMENTS, "shop/bookings/tests.py": TESTS,
        }
    )  # fmt: skip
    for block in page.of_language("python"):
        _write(project, block, ", as it is")
    project.manage("makemigrations", "payments", "bookings")
    project.manage("migrate")
    project.manage("test")
    for block in page.blocks:
        if block.language == "console":
            _run(project, block, tmp_path)
        else:
            _write(project, block, "")

    project.manage("check", "--fail-level", "WARNING", "--tag", "models")
    project.manage("makemigrations", "--check")
    project.manage("test")


def _write(project: Project, block: Block, mark: str) -> None:
    """Write a block whose first line names its file, with that mark behind the name."""
    first = block.lines[0].removeprefix("# ")
    if first.endswith(mark) and first.removesuffix(mark).endswith((".py", ".toml")):
        project.write({first.removesuffix(mark): "\n".join(block.lines[1:]) + "\n"})


def _run(project: Project, block: Block, folder: Path) -> None:
    """Run a block of commands and compare what they print; the last one ends as the page says."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    for name, words in (("boundaries", "-m boundaries"), ("python", "")):
        (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        (tools / name).chmod(0o755)
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    commands = block.commands
    for number, command in enumerate(commands, start=1):
        done = subprocess.run(
            ["bash", "-c", command.text], cwd=project.folder, env=environment, text=True, timeout=60, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        expected = block.exit_code if number == len(commands) else 0
        assert done.returncode == expected, done.stdout
        assert difference(command.shown, done.stdout.rstrip().splitlines()) is None, done.stdout
