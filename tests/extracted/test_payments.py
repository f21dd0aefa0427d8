"""Does the service of payments, as committed, stand alone?"""

from __future__ import annotations

import filecmp
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import urllib3
from ruamel.yaml import YAML

from boundaries.facades.signing import Envelope, sign
from boundaries.facades.wire import operation_path

from .conftest import COMMITTED, KEY, ROOT, bare_environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

PIPELINE = YAML(typ="safe").load(COMMITTED / ".github" / "workflows" / "service.yml")
# The first one installs the service, as the fixture has done.
CHECKS = [step["run"] for step in PIPELINE["jobs"]["check"]["steps"] if "run" in step][1:]

REGENERATE = """
import sys
from pathlib import Path
import django
django.setup()
from boundaries.contexts.map import current_map
from boundaries.strangler.code.blueprint import draw
from boundaries.strangler.code.folder import write
from boundaries.strangler.code.generate import generate
context = current_map().context("payments")
write(Path(sys.argv[1]), generate(draw(current_map(), context)), context="payments")
"""


class TestCommittedFiles:
    def test_are_what_the_step_writes_byte_for_byte(self, tmp_path):
        environment = bare_environment() | {
            "DJANGO_SETTINGS_MODULE": "monolith.settings",
            "DEBUG": "1",
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        }
        command = [sys.executable, "-c", REGENERATE, str(tmp_path / "payments")]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=120)

        assert differences(tmp_path / "payments", COMMITTED) == []

    def test_name_no_path_of_this_machine(self):
        for path in paths_of(COMMITTED):
            assert str(ROOT).encode() not in (COMMITTED / path).read_bytes(), path


class TestAlone:
    def test_has_its_own_code_and_no_other_of_the_monolith(self, standalone):
        found = standalone.run(
            "-c", "import monolith.payments; print(monolith.payments.__file__)"
        ).stdout.strip()

        assert Path(found).is_relative_to(standalone.folder)
        for module in ("monolith.flights", "monolith.settings", "monolith.bookings.models", "grimp"):
            assert "ModuleNotFoundError" in standalone.run("-c", f"import {module}", check=False).stderr

    @pytest.mark.parametrize("command", CHECKS)
    def test_passes_what_its_pipeline_runs(self, service, command):
        path = f"{service.python.parent}:{os.environ['PATH']}"
        done = service.shell(command, PATH=path, DATABASE_URL=service.environment["OWNER_URL"])

        assert command != "pytest" or " passed" in done.stdout

    def test_answers_over_http_those_who_sign(self, service):
        with gunicorn(service) as url:
            health = urllib3.request("GET", f"{url}/healthz")
            answer = ask(url, "for_bookings", b'{"booking_ids": []}', key=KEY)
            stranger = ask(
                url, "for_bookings", b'{"booking_ids": []}', key="another key of the same length ...."
            )

        assert (health.status, health.json()) == (200, {"status": "ok", "side": "payments"})
        assert (answer.status, answer.json()) == (200, {})
        assert stranger.status == 401

    def test_does_not_start_against_the_monoliths_database(self, service):
        with psycopg.connect(service.environment["OWNER_URL"], autocommit=True) as connection:
            connection.execute("UPDATE boundaries_facades_side SET name = 'monolith'")
        done = service.run("-c", "import service.wsgi", check=False)

        assert "BD320" in done.stderr.strip().splitlines()[-1]

    def test_does_not_start_with_the_code_of_another_folder(self, service, tmp_path):
        other = tmp_path / "monolith" / "payments"
        other.mkdir(parents=True)
        (other / "__init__.py").touch()
        (other.parent / "__init__.py").touch()
        done = service.run(
            "-c", "import service.wsgi", check=False, cwd=tmp_path, PYTHONPATH=str(service.folder)
        )

        assert "BD324" in done.stderr.strip().splitlines()[-1]


def paths_of(folder):
    ignored = {"__pycache__", ".pytest_cache", ".ruff_cache"}
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and ignored.isdisjoint(path.parts)
    )


def differences(generated, committed):
    """Paths that are on one side only, or not the same."""
    one, other = set(paths_of(generated)), set(paths_of(committed))
    _, changed, unreadable = filecmp.cmpfiles(generated, committed, one & other, shallow=False)
    return sorted([*(one ^ other), *changed, *unreadable])


@contextmanager
def gunicorn(service):
    """The service behind its real web server; yields its address once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = bare_environment() | service.environment | {"PORT": str(port), "WEB_CONCURRENCY": "1"}
    command = [str(service.python.with_name("gunicorn"))]
    process = subprocess.Popen(
        command, cwd=service.folder, env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=30)


def wait_for(port, process):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.stderr.read()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the web server did not come up")


def ask(url, operation, body, *, key):
    path = operation_path(context="payments", version="1", operation=operation)
    envelope = Envelope(method="POST", path=path, caller="monolith", audience="payments")
    headers = sign(envelope, body=body, key=key.encode(), now=time.time())
    return urllib3.request(
        "POST", url + path, body=body, headers={**headers, "Content-Type": "application/json"}
    )


def test_the_helpers_see_a_difference(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "same").write_text("x")
    (tmp_path / "a" / "more").touch()
    (tmp_path / "b" / "same").write_text(json.dumps(os.sep))

    assert differences(tmp_path / "a", tmp_path / "b") == ["more", "same"]
