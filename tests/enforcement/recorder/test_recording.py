"""Does what a test run or a site does become couplings, with the line that did it?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from boundaries.contexts.map import load_map
from boundaries.enforcement.coupling import CouplingGraph
from boundaries.enforcement.graph import read_graph
from boundaries.enforcement.recorder.recording import Recording, RecordUnreadable, Row, read_rows
from boundaries.enforcement.recorder.testimony import record_witness
from tests.enforcement.conftest import TWO_CONTEXTS, TinyProject, show

BOOKINGS = """\
from importlib import import_module
from django.db import connection, transaction
from shop.bookings.models import Booking

def follow(booking):
    return booking.payment.amount

def join():
    return [b for b in Booking.objects.filter(**{"payment__" + "amount": 1})]

def raw():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM " + "_".join(["payments", "payment"]))

def book():
    with transaction.atomic():
        Booking.objects.create(payment_id=import_module("shop.payments.till").charge())

@transaction.atomic
def touch(pk):
    if pk:
        Booking.objects.filter(pk=pk).update(payment=pk)
    else:
        import_module("shop.payments.till").charge()

def own():
    return Booking.objects.count()
"""
FILES = {
    "manage.py": "",
    "config/settings.py": """\
import os
from pathlib import Path
BASE_DIR = Path(__file__).parent.parent
SECRET_KEY = "x"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.contenttypes", "shop.bookings", "shop.payments"]
ROOT_URLCONF = "config.urls"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("DATABASE", "")}}
MIDDLEWARE = ["boundaries.enforcement.recorder.middleware.RecorderMiddleware"]
BOUNDARIES = {"RECORD_FILE": os.environ.get("RECORD_FILE"), "RECORD_SAMPLE": os.environ.get("RECORD_SAMPLE", 1)}
""",
    "config/urls.py": """\
from django.urls import path
from shop.bookings import views
urlpatterns = [path("", views.show)]
""",
    "shop/payments/models.py": """\
from django.db import models
class Payment(models.Model):
    amount = models.IntegerField(default=1)
""",
    "shop/payments/till.py": """\
from shop.payments.models import Payment
def charge():
    return Payment.objects.create().pk
""",
    "shop/bookings/models.py": """\
from django.db import models
class Booking(models.Model):
    payment = models.ForeignKey("payments.Payment", models.CASCADE)
""",
    "shop/bookings/code.py": BOOKINGS,
    "shop/bookings/explained.py": """\
from shop.payments.models import Payment
def count():
    return Payment.objects.count()
""",
    "shop/bookings/views.py": """\
from django.http import HttpResponse
from shop.bookings import code
def show(request):
    code.raw()
    return HttpResponse("done")
""",
    "tests/test_shop.py": """\
import pytest
from shop.bookings import code, explained
from shop.bookings.models import Booking
from shop.payments.models import Payment

@pytest.fixture
def booking(db):
    return Booking.objects.create(payment=Payment.objects.create())

def test_everything(booking):
    code.follow(Booking.objects.get())
    code.join()
    code.raw()
    code.book()
    code.touch(booking.pk)
    code.touch(None)
    code.own()
    explained.count()

@pytest.mark.parametrize("number", range(3))
def test_again(booking, number):
    code.raw()
""",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> TinyProject:
    project = TinyProject(tmp_path_factory.mktemp("recorded") / "project").write(FILES)
    (project.folder / "tests" / "__init__.py").unlink()
    return project.map(f'settings = "config.settings"\n{TWO_CONTEXTS}')


def run(shop: TinyProject, *arguments: str, **environment: str) -> str:
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=shop.folder, capture_output=True, text=True, timeout=100, check=False,
        env={**variables, "DJANGO_SETTINGS_MODULE": "config.settings", **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def record(shop: TinyProject) -> Iterator[Path]:
    """The record of the shop's own tests."""
    path = shop.folder / "record.jsonl"
    path.write_text("what an older run has left\n")
    out = run(shop, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--boundaries-record={path.name}")
    assert f"boundaries couplings --record {path}" in out
    return path


def graph_with(shop: TinyProject, record: Path) -> CouplingGraph:
    context_map = load_map(shop.folder / "boundaries.toml")
    return read_graph(context_map, use_linter=False, witnesses=[record_witness(record)]).graph


def line_of(text: str) -> int:
    return BOOKINGS.splitlines().index(text) + 1


class TestTestRun:
    def test_adds_what_the_source_does_not_show(self, shop: TinyProject, record: Path) -> None:
        found = [c for c in graph_with(shop, record).couplings if c.evidence == "runtime"]

        raw = line_of('        cursor.execute("SELECT count(*) FROM " + "_".join(["payments", "payment"]))')
        join = line_of('    return [b for b in Booking.objects.filter(**{"payment__" + "amount": 1})]')
        assert [(show(c), c.detail) for c in found] == [
            (
                f"relation bookings/code.py:{line_of('    return booking.payment.amount')} follow -> payments.Payment",
                "SELECT at run time",
            ),
            (f"lookup bookings/code.py:{join} join -> payments.Payment", "SELECT at run time"),
            (f"sql bookings/code.py:{raw} raw -> payments_payment", "SELECT at run time, 4 times"),
            (
                f"transaction bookings/code.py:{line_of('    with transaction.atomic():')} book -> payments.Payment",
                "written at shop/payments/till.py:3",
            ),
        ]

    def test_leaves_to_the_source_what_it_shows(self, shop: TinyProject, record: Path) -> None:
        explained = [c for c in graph_with(shop, record).couplings if c.path.endswith("explained.py")]

        assert [(c.kind, c.evidence) for c in explained] == [("import", "Payment")]
        assert "explained.py" in record.read_text()

    def test_is_listed_by_the_verb(self, shop: TinyProject, record: Path) -> None:
        out = run(shop, "-m", "boundaries", "couplings", "--no-cache", "--record", str(record))

        assert "recorded at run time, not shown by the source: 4" in out.splitlines()

    def test_workers_write_one_record(self, shop: TinyProject, record: Path) -> None:
        both = shop.folder / "both.jsonl"
        run(shop, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2", f"--boundaries-record={both}")

        assert read_rows(both) == read_rows(record)

    def test_without_a_map_is_refused_in_one_line(self, tmp_path: Path) -> None:
        (tmp_path / "test_nothing.py").write_text("def test_nothing(): ...\n")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:django",
            "-p",
            "no:cacheprovider",
            "--boundaries-record=r",
        ]

        env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

        assert done.returncode == pytest.ExitCode.USAGE_ERROR
        assert "--boundaries-record needs a project and its map: " in done.stderr
        assert "Traceback" not in done.stdout + done.stderr


class TestSite:
    def requests(self, shop: TinyProject, tmp_path: Path, number: int, **environment: str) -> Path:
        record = tmp_path / "site.jsonl"
        script = (
            "import django; django.setup()\n"
            "from django.core.management import call_command\n"
            "call_command('migrate', run_syncdb=True, verbosity=0)\n"
            "from django.test import Client\n"
            "client = Client(raise_request_exception=True)\n"
            f"assert [client.get('/').status_code for _ in range({number})] == [200] * {number}\n"
        )
        run(shop, "-c", script, DATABASE=str(tmp_path / "db"), RECORD_FILE=str(record), **environment)
        return record

    def test_writes_each_row_once_and_its_count_at_the_end(self, shop: TinyProject, tmp_path: Path) -> None:
        record = self.requests(shop, tmp_path, 5)

        assert [json.loads(line)["count"] for line in record.read_text().splitlines()] == [1, 4]
        assert [(row.kind, row.target, count) for row, count in read_rows(record).items()] == [
            ("sql", "payments_payment", 5)
        ]

    def test_without_a_sample_there_is_no_record(self, shop: TinyProject, tmp_path: Path) -> None:
        assert not self.requests(shop, tmp_path, 5, RECORD_SAMPLE="0").exists()

    def test_answers_also_when_the_record_cannot_be_written(self, shop: TinyProject, tmp_path: Path) -> None:
        (tmp_path / "site.jsonl").mkdir()

        self.requests(shop, tmp_path, 2)


class TestRecord:
    ROW = Row("sql", "a.py", 1, "a:f", "bookings", "payments", "payments_payment", "read")

    def test_is_bounded(self, tmp_path: Path) -> None:
        recording = Recording(most_rows=2)
        for line in (1, 2, 3, 1):
            recording.add(Row(**{**{f: getattr(self.ROW, f) for f in Row.__struct_fields__}, "line": line}))

        assert sorted(recording.rows().values()) == [1, 2]
        assert recording.dropped == 1

    def test_of_code_that_is_gone_is_told(self, shop: TinyProject, tmp_path: Path) -> None:
        recording = Recording()
        recording.add(self.ROW)
        recording.append_to(tmp_path / "old.jsonl")

        graph = graph_with(shop, tmp_path / "old.jsonl")

        assert [c for c in graph.couplings if c.evidence == "runtime"] == []
        assert "the record has 1 rows about code or contexts that are gone; record again" in graph.notices

    @pytest.mark.parametrize("text", ["{}", "no json", '{"schema": 9}'])
    def test_that_is_none_is_refused(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "other.jsonl"
        path.write_text(text)

        with pytest.raises(RecordUnreadable, match=r"BD282: .*other\.jsonl:1 cannot be read"):
            record_witness(path)

    def test_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(RecordUnreadable, match="No such file"):
            record_witness(tmp_path / "none.jsonl")
