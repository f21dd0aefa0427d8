"""How is the checked project's Django started, without this process becoming part of it?"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.exact import observation, probe
from boundaries.enforcement.exact.observation import Failure, Observation
from boundaries.errors import BoundaryError

_TIMEOUT_SECONDS = 300


class SettingsNotNamed(BoundaryError):
    """Raised when exact mode does not know which settings to start the project with."""

    code = "BD280"
    problem = "Exact mode starts the project, and nothing says with which settings."
    remedy = 'Write `settings = "package.settings"` into {path}, or set DJANGO_SETTINGS_MODULE.'


class ProjectCannotStart(BoundaryError):
    """Raised when the checked project's Django does not start."""

    code = "BD281"
    problem = "The project does not start with {settings}: {error}: {message} ({place})."
    remedy = "{advice}"


def observe(context_map: ContextMap, *, python: str | None = None) -> Observation:
    """Start the project in a process of its own and return what it said.

    The settings are those of DJANGO_SETTINGS_MODULE, else the map's. `python` is the interpreter of the project's
    environment, which needs its requirements and nothing of the kit; by default the one that runs this. The
    project's code runs; nothing is written into its folder, and no database is asked by us.

    :raises SettingsNotNamed: when neither names the settings.
    :raises ProjectCannotStart: with the error, where it was raised, and what to do.
    """
    settings = os.environ.get("DJANGO_SETTINGS_MODULE") or context_map.settings
    if not settings:
        raise SettingsNotNamed(path=str(context_map.path))
    interpreter = python or sys.executable
    # Whoever runs `manage.py boundaries` has set up the path; another interpreter has packages of its own.
    paths = [str(context_map.root), *(sys.path if python is None else ())]
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "observation.json"
        command = [interpreter, str(Path(probe.__file__)), str(output), settings, *filter(None, paths)]
        said = _run(command, context_map, settings)
        try:
            found = observation.decode(output.read_bytes())
        except (OSError, msgspec.DecodeError):
            raise _ended(said, settings, interpreter) from None
    if isinstance(found, Failure):
        raise _failed(found, settings, interpreter, context_map)
    return found


def _run(command: list[str], context_map: ContextMap, settings: str) -> str:
    """Run the probe in the project's folder; returns what was printed."""
    try:
        done = subprocess.run(
            command, cwd=context_map.root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=_TIMEOUT_SECONDS, check=False, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ProjectCannotStart(
            settings=settings, error="Timeout", message=f"nothing after {_TIMEOUT_SECONDS} seconds",
            place=str(context_map.root), advice="Look what it waits for: a server that settings or apps ask at start?",
        ) from None  # fmt: skip
    except OSError as error:
        raise ProjectCannotStart(
            settings=settings, error=type(error).__name__, message=error.strerror or str(error), place=command[0],
            advice="Name the interpreter of the project's environment: --python .venv/bin/python.",
        ) from None  # fmt: skip
    return done.stdout.decode(errors="replace")


def _ended(said: str, settings: str, interpreter: str) -> ProjectCannotStart:
    lines = said.strip().splitlines() or ["it ended without a word"]
    advice = "Start it by hand with the same settings: `python -c 'import django; django.setup()'`."
    return ProjectCannotStart(
        settings=settings, error="Ended", message=lines[-1], place=interpreter, advice=advice
    )


def _failed(failure: Failure, settings: str, interpreter: str, context_map: ContextMap) -> ProjectCannotStart:
    path = Path(failure.path)
    shown = path.relative_to(context_map.root) if path.is_relative_to(context_map.root) else path
    return ProjectCannotStart(
        settings=settings,
        error=failure.error,
        message=failure.message.rstrip("."),
        place=f"{shown}:{failure.line}",
        advice=_advice(failure, interpreter),
    )


def _advice(failure: Failure, interpreter: str) -> str:
    if failure.missing:
        return (
            f"Nothing called {failure.missing} can be imported by {interpreter}: install the project's requirements "
            "there, or name its own interpreter with --python .venv/bin/python. The check without --exact needs neither."
        )
    if failure.error in {"ImproperlyConfigured", "KeyError"}:
        return (
            "Set what its settings ask for, or name settings that start without: DJANGO_SETTINGS_MODULE=..."
        )
    return "Start it with other settings (DJANGO_SETTINGS_MODULE=...), or check without --exact."
