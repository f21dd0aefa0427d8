"""Does everything that can be mistyped, forgotten or mixed up get one clear line, exit code 2 and no traceback?"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.journeys.library import Library, new_library

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture(scope="module")
def library(servers: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Provisioned; nothing is replicated yet, and nothing runs."""
    with new_library(tmp_path_factory.mktemp("refusals"), servers) as library:
        for step in ("plan", "scaffold", "provision"):
            library.step(step)
        yield library


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of a refusal."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    (line,) = [line for line in done.stderr.splitlines() if not line.endswith(" ...")]
    return line


class TestCommandLine:
    def test_a_typo_in_the_context(self, library: Library) -> None:
        assert refused(library.run("extract", "finse")) == (
            "BD106: there is no context 'finse' in the map. Did you mean 'fines'? Declared: books, fines, loans."
        )

    def test_a_typo_in_a_step(self, library: Library) -> None:
        assert refused(library.extract("shadwo")).startswith(
            "BD502: There is no step 'shadwo'. Did you mean 'shadow'?"
        )

    def test_a_step_out_of_order(self, library: Library) -> None:
        assert refused(library.extract("switch-writes", "--yes=fines")) == (
            "BD503: fines: switch-writes comes after switch-reads, and fines has reached provision."
            " Run `boundaries extract fines replicate` next."
        )

    def test_a_destructive_step_without_the_name(self, library: Library) -> None:
        line = "BD504: abort of fines is destructive, and was not confirmed. Add `--yes=fines`."
        assert refused(library.extract("abort")) == line
        assert refused(library.extract("abort", "--yes=books")) == line

    def test_json_holds_one_object_also_for_a_refusal(self, library: Library) -> None:
        done = library.extract("verify", "--json")

        told = json.loads(done.stdout)
        assert (done.returncode, done.stderr, set(told), told["error"]["code"]) == (
            2,
            "",
            {"schema", "error"},
            "BD503",
        )


class TestNewcomer:
    def test_is_told_where_things_stand_and_what_is_next(self, library: Library) -> None:
        done = library.extract()

        assert done.returncode == 0
        assert "queries: local   writes: monolith   follower: never started" in done.stdout
        assert "✓ provision" in done.stdout
        assert "→ replicate" in done.stdout
        assert done.stdout.endswith("Next: boundaries extract fines replicate\n")

    def test_finds_the_same_in_json(self, library: Library) -> None:
        told = json.loads(library.extract("--json").stdout)

        assert (told["reached"], told["next"], told["queries"], told["writes"]) == (
            "provision", "replicate", "local", "monolith"
        )  # fmt: skip


class TestDatabases:
    def test_the_applications_own_is_away(self, library: Library) -> None:
        line = refused(library.extract("verify", DATABASE_URL=NOWHERE))
        assert line.startswith("BD304: ")
        assert 'connection to server at "127.0.0.1", port 1 failed: Connection refused' in line

    def test_the_applications_own_is_away_for_somebody_who_only_asks(self, library: Library) -> None:
        assert refused(library.extract(DATABASE_URL=NOWHERE)).startswith("BD304: ")

    @pytest.mark.parametrize(
        ("variable", "side"), [("BOUNDARIES_MOVER_URL", "monolith"), ("FINES_DATABASE_URL", "service")]
    )
    @pytest.mark.parametrize("url", [NOWHERE, "not a url"])
    def test_one_that_the_mover_cannot_reach(
        self, library: Library, variable: str, side: str, url: str
    ) -> None:
        line = refused(library.extract("replicate", **{variable: url}))
        assert f"The {side} database of fines cannot be reached: " in line

    def test_the_service_has_none_yet(self, library: Library) -> None:
        url = library.service.mover_url.rpartition("/")[0] + "/not_created"
        assert 'database "not_created" does not exist' in refused(
            library.extract("replicate", FINES_DATABASE_URL=url)
        )

    @pytest.mark.parametrize("variable", ["BOUNDARIES_MOVER_URL", "FINES_DATABASE_URL"])
    def test_nobody_said_which(self, library: Library, variable: str) -> None:
        assert f"{variable} is not set" in refused(library.extract("replicate", **{variable: ""}))

    @pytest.mark.parametrize("step", ["provision", "replicate"])
    def test_the_services_is_the_monoliths(self, library: Library, step: str) -> None:
        """A copy would begin by emptying the tables that it is to copy."""
        line = refused(library.extract(step, FINES_DATABASE_URL=library.monolith.mover_url))
        text = f"FINES_DATABASE_URL leads to the database {library.monolith.name!r}, which belongs to 'monolith'."
        assert line.endswith(f"{text} Correct it; nothing has been read or written.")

    def test_the_movers_is_not_the_applications(self, library: Library) -> None:
        line = refused(library.extract("replicate", BOUNDARIES_MOVER_URL=library.service.mover_url))
        assert f"MOVER_DATABASE_URL leads to the database {library.service.name!r}, which is not" in line

    def test_the_monoliths_is_the_services(self, library: Library) -> None:
        assert refused(library.extract("replicate", DATABASE_URL=library.service.service_url)).startswith(
            "BD320: "
        )
        assert "belongs to 'fines'" in refused_follower(library, DATABASE_URL=library.service.service_url)


class TestMap:
    def test_a_wrong_key_is_named_with_its_line(self, library: Library) -> None:
        with changed(library.folder / "boundaries.toml", 'calls = ["fines"]', 'cals = ["fines"]'):
            line = refused(library.extract())

        assert line.startswith(
            f"BD111: {library.folder}/boundaries.toml:13: 'cals' is not a key of [contexts.loans]."
        )
        assert "Did you mean 'calls'?" in line


class TestTwoOperators:
    def test_the_second_is_refused_and_told_who_the_first_is(self, library: Library) -> None:
        key = "SELECT pg_advisory_lock(hashtextextended('boundaries step fines', 0))"
        with psycopg.connect(
            library.monolith.mover_url, application_name="boundaries fines verify by Ada"
        ) as first:
            first.execute(key)
            line = refused(library.extract("replicate"))

        assert line.startswith(
            "BD513: Another process is running a step of fines: boundaries fines verify by Ada, database pid"
        )


class TestServiceOnTheMonolithsDatabase:
    """It would find nothing to migrate and answer from tables that are not its own."""

    WRONG = "BD320: This process is 'fines', but the database {!r} belongs to 'monolith'. Correct DATABASE_URL; nothing has been read or written."

    def test_its_web_server_does_not_start(self, library: Library) -> None:
        done = self.run(library, "-m", "gunicorn", PORT="0", WEB_CONCURRENCY="1")
        assert done.returncode != 0
        assert self.WRONG.format(library.monolith.name) in done.stderr.splitlines()
        assert "Traceback" not in done.stderr.partition("BD320")[0]

    def test_its_migrations_do_not_run(self, library: Library) -> None:
        done = self.run(library, "manage.py", "migrate", "--verbosity", "0", "--skip-checks")
        assert refused(done) == f"CommandError: {self.WRONG.format(library.monolith.name)}"

    def test_its_relay_does_not_run(self, library: Library) -> None:
        done = self.run(library, "manage.py", "boundaries", "outbox", "relay", "--once")
        assert refused(done) == self.WRONG.format(library.monolith.name)

    @staticmethod
    def run(library: Library, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        told = {
            "DATABASE_URL": library.monolith.app_url,
            "BOUNDARIES_KEY_MONOLITH": library.environ["BOUNDARIES_KEY_FINES"],
        }
        return subprocess.run(
            [sys.executable, *words], cwd=library.service_folder, env={**library.environ, **told, **environ},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip


def refused_follower(library: Library, **environ: str) -> str:
    """What `boundaries follow` says when it does not start; its greeting apart."""
    done = library.run("follow", **environ)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    return done.stderr


@contextmanager
def changed(path: Path, old: str, new: str) -> Iterator[None]:
    """Another text in a file for a block."""
    before = path.read_text()
    assert old in before
    path.write_text(before.replace(old, new))
    try:
        yield
    finally:
        path.write_text(before)
