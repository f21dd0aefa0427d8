"""How does the service get a migration history of its own?

The old one is left behind: parts of it may have been made by other apps. Django's own `makemigrations` writes a
fresh one from the models, in a process of its own inside the new tree, since models are loaded once per process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from boundaries.errors import BoundaryError
from boundaries.strangler.code.layout import HISTORY

NAME = "service"
_TIMEOUT_SECONDS = 120


class ServiceDoesNotLoad(BoundaryError):
    """Raised when Django cannot load the generated service, so that its history cannot be written."""

    code = "BD536"
    problem = "The service of {context} does not load: {reason}."
    remedy = "Correct the context's code in the monolith (the module named there) and run `scaffold` again."


def write_history(
    folder: Path, *, context: str, labels: Iterable[str], variables: Iterable[str]
) -> dict[str, bytes]:
    """Write the migrations of a laid-out service and return every file of its history, by path.

    A history that is there already is added to, not replaced. `variables` are given a stand-in. No database
    is asked.

    :raises ServiceDoesNotLoad: with what Django said.
    """
    labels = list(labels)
    if labels:
        command = [
            sys.executable,
            "-W",
            "ignore",
            "manage.py",
            "makemigrations",
            "--no-header",
            "--name",
            NAME,
            *labels,
        ]
        done = subprocess.run(
            command,
            cwd=folder,
            env=_environment(variables),
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
        if done.returncode:
            raise ServiceDoesNotLoad(context=context, reason=_last_line(done.stderr or done.stdout))
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted((folder / HISTORY).rglob("*.py"))
    }


def _environment(variables: Iterable[str]) -> dict[str, str]:
    """Enough to load the service. Without a PATH, Django finds no formatter that would change what it writes."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DJANGO_SETTINGS_MODULE", "PYTHONPATH")
    }
    return inherited | {
        **dict.fromkeys(variables, "unset"),
        "DATABASE_URL": "postgresql://127.0.0.1:1/none",
        "DEBUG": "1",
        "PATH": "",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "Django said nothing"
