"""What does `migrate` do with a table that is moving, at a deploy?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.journeys.library import KEY, Library, new_library

TABLE = """

class Waiver(models.Model):
    fine = models.ForeignKey(Fine, on_delete=models.PROTECT)
"""


@pytest.fixture
def library(servers: Any, tmp_path: Any) -> Iterator[Library]:
    with new_library(tmp_path, servers) as library:
        for step in ("plan", "scaffold", "provision", "replicate"):
            library.step(step)
        yield library


def manage(library: Library, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py as the owner of the tables."""
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=library.folder, capture_output=True, text=True, timeout=60, check=False,
        env={**library.environ, "DATABASE_URL": library.monolith.owner_url, **environ},
    )  # fmt: skip


def declare(library: Library, app: str, name: str, declared: str) -> None:
    """Declare a field on the app's first model."""
    path = library.folder / app / "models.py"
    text = path.read_text()
    end = "    def __str__(self):"
    assert end in text
    path.write_text(text.replace(end, f"    {name} = models.{declared}\n\n{end}", 1))


def make_migration(library: Library, app: str) -> None:
    done = manage(library, "makemigrations", app)
    assert done.returncode == 0, done.stderr


def release_service(library: Library) -> None:
    """Make the same change in the service, and migrate its database."""
    library.step("scaffold")
    environ = {**library.environ, "DATABASE_URL": library.service.owner_url, "BOUNDARIES_KEY_MONOLITH": KEY}
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate"], cwd=library.service_folder, env=environ, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def columns(library: Library, side: str, table: str) -> set[str]:
    query = "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
    with psycopg.connect(library.url(side)) as session:
        return {row[0] for row in session.execute(query, [table])}


@pytest.mark.timeout(300)
def test_given_a_new_column_and_a_new_table_of_a_moving_context_when_the_service_goes_first_then_both_are_followed(
    library: Library,
) -> None:
    assert (
        library.run("extract", "fines", "status", "--write-map").stdout
        == 'boundaries.toml says of fines: state = "moving"\n'
    )
    declare(library, "fines", "note", "CharField(max_length=20, null=True)")
    declare(library, "books", "shelf", "CharField(max_length=20, null=True)")
    models = library.folder / "fines" / "models.py"
    models.write_text(models.read_text() + TABLE)
    checked = manage(library, "check")
    assert checked.returncode == 1
    assert "fines.fine.note is not in the service's migrations" in checked.stderr
    assert "fines.waiver is not in the service's migrations" in checked.stderr

    library.step("scaffold")
    assert manage(library, "check").returncode == 0
    make_migration(library, "fines")
    make_migration(library, "books")
    held = manage(library, "migrate")

    assert held.returncode == 2, held.stdout + held.stderr
    assert "BD590" in held.stderr
    assert "fines_fine.note (character varying(20)) is missing on the other side" in held.stderr
    assert "fines_waiver is missing on the other side" in held.stderr
    assert "note" not in columns(library, "monolith", "fines_fine")
    assert "shelf" in columns(library, "monolith", "books_book")

    release_service(library)
    done = manage(library, "migrate")

    assert done.returncode == 0, done.stderr
    assert "note" in columns(library, "monolith", "fines_fine")
    follow_new_table(library)


def follow_new_table(library: Library) -> None:
    """The next follower captures it, and copies what it has."""
    with psycopg.connect(library.monolith.app_url) as session:
        session.execute(
            "INSERT INTO fines_fine (loan_id, reader, amount, paid, charged_at, note) VALUES (1, 1, 1, 0, now(), 'kept')"
        )
        session.execute("INSERT INTO fines_waiver (fine_id) SELECT id FROM fines_fine")
    library.start_follower()
    library.wait_for_follower()
    with psycopg.connect(library.monolith.app_url) as session:
        session.execute("INSERT INTO fines_waiver (fine_id) SELECT id FROM fines_fine")
    library.wait_until_level()
    for table in ("fines_fine", "fines_waiver"):
        assert library.rows("monolith", table) == library.rows("service", table) != []
    assert library.step("verify")["figures"]["differences"] == 0


@pytest.mark.timeout(120)
def test_whoever_knows_better_can_run_it_all_the_same(library: Library) -> None:
    declare(library, "fines", "note", "CharField(max_length=20, null=True)")
    make_migration(library, "fines")

    done = manage(library, "migrate", BOUNDARIES_HOLD_MIGRATIONS="0")

    assert done.returncode == 0, done.stderr
    assert "note" in columns(library, "monolith", "fines_fine")
