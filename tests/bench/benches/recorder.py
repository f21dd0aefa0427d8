"""How much longer does a test suite take with `--boundaries-record`?

Two apps on SQLite in memory, where statements are as cheap as they get, and tests that do little but query through the
ORM, within a context and across: about the worst that a suite can be to the recorder.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.bench.measure import cpu_of_children, ratio_of
from tests.bench.place import ROOT, Place
from tests.bench.report import Row

_ROUNDS = 5
_FILES = {
    "boundaries.toml": (
        '[contexts.bookings]\npackages = ["shop.bookings"]\n\n[contexts.payments]\npackages = ["shop.payments"]\n'
    ),
    "shop/__init__.py": "",
    "shop/settings.py": """\
from pathlib import Path
SECRET_KEY = "x"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = ["shop.bookings", "shop.payments"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
BOUNDARIES = {"MAP": Path(__file__).parents[1] / "boundaries.toml"}
""",
    "shop/bookings/__init__.py": "",
    "shop/bookings/models.py": """\
from django.db import models
class Booking(models.Model):
    reference = models.CharField(max_length=20, db_index=True)
    seats = models.IntegerField(default=1)
""",
    "shop/payments/__init__.py": "",
    "shop/payments/models.py": """\
from django.db import models
class Payment(models.Model):
    booking = models.ForeignKey("bookings.Booking", models.CASCADE)
    amount = models.IntegerField(default=0)
""",
    "shop/payments/service.py": """\
from django.db import transaction
from shop.bookings.models import Booking
from .models import Payment
def pay(reference):
    with transaction.atomic():
        booking, _ = Booking.objects.get_or_create(reference=reference)
        payment = Payment.objects.create(booking=booking, amount=booking.seats)
        Booking.objects.filter(pk=booking.pk).update(seats=2)
    for found in Payment.objects.filter(booking=booking, amount__gte=1).order_by("amount")[:5]:
        assert found.booking.reference == reference
    assert Payment.objects.filter(booking__reference=reference).count() == 1
    payment.delete()
""",
    "shop/test_paying.py": """\
import pytest
from shop.payments.service import pay
@pytest.mark.django_db
@pytest.mark.parametrize("number", range(40))
def test_paying(number):
    for turn in range(25):
        pay(f"{number}-{turn}")
""",
}


def run(place: Place) -> list[Row]:
    """The processor time of the tests with the option, over that without."""
    folder = place.folder / "recorded"
    for name, text in _FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    ratio = ratio_of(
        lambda: _test(folder, "--boundaries-record=record.jsonl"),
        lambda: _test(folder),
        rounds=_ROUNDS,
        cost=cpu_of_children,
    )
    assert "shop/payments/service.py" in (folder / "record.jsonl").read_text()
    return [
        Row(
            "recorder_overhead_percent", (ratio - 1) * 100, "%", 15.0, "lower", "the same tests, not recorded"
        )
    ]


def _test(folder: Path, *options: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir=.",
               "--ds=shop.settings", "--no-migrations", *options]  # fmt: skip
    path = os.pathsep.join((str(folder), str(ROOT)))
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
