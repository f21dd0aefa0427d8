"""A small project whose apps `bookings` and `zz`, before and after `payments` in the alphabet, once had foreign keys to it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

PROJECT = Path(__file__).parents[2] / "projects" / "kiosk"


@dataclass
class Shop:
    """One copy of the project, in a git working tree, on a database of its own."""

    root: Path
    url: str

    @property
    def is_postgres(self) -> bool:
        return self.url.startswith("postgres")

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `manage.py …` to its end, as the owner of the tables."""
        environ = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        return subprocess.run(
            [sys.executable, "-W", "ignore", "manage.py", *words], cwd=self.root, capture_output=True, text=True,
            env=environ | {"DATABASE_URL": self.url, "PYTHONDONTWRITEBYTECODE": "1"}, timeout=60, check=False,
        )  # fmt: skip

    def do(self, *words: str) -> str:
        """Run a command that must succeed; what it printed."""
        done = self.manage(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def take_out(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `boundaries extract payments complete --write`."""
        return self.manage("boundaries", "extract", "payments", "complete", "--write", *words)

    def git(self, *words: str) -> str:
        """Run `git …` as a user of the project."""
        who = ["-c", "user.name=dev", "-c", "user.email=dev@example.org"]
        return subprocess.run(
            ["git", *who, *words], cwd=self.root, capture_output=True, text=True, check=True
        ).stdout

    def sql(self, statement: str) -> list[Any]:
        """Run a statement, and return its rows where it has some."""
        if self.is_postgres:
            with psycopg.connect(self.url) as session:
                cursor = session.execute(statement)
                return cursor.fetchall() if cursor.description else []
        import sqlite3

        with sqlite3.connect(self.root / "shop.sqlite3") as session:
            return session.execute(statement).fetchall()

    def tables(self, schema: str = "public") -> set[str]:
        """The names of the tables of payments in a schema; SQLite has one for all."""
        if self.is_postgres:
            rows = self.sql(f"SELECT tablename FROM pg_tables WHERE schemaname = '{schema}'")
        else:
            rows = self.sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {row[0] for row in rows if "payments_" in row[0]}


@pytest.fixture
def new_shop(tmp_path: Path, fresh_database: Callable[..., Any]) -> Callable[..., Shop]:
    """`new_shop("postgresql")`: a copy with an empty database, everything committed."""

    def make(engine: str) -> Shop:
        root = tmp_path / f"shop{len(list(tmp_path.iterdir()))}"
        shutil.copytree(PROJECT, root, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite3"))
        (root / ".gitignore").write_text("*.sqlite3\n")
        shop = Shop(root, fresh_database().owner_url if engine == "postgresql" else "")
        shop.git("init", "--quiet")
        shop.git("add", "--all")
        shop.git("commit", "--quiet", "--message", "as it was")
        return shop

    return make
