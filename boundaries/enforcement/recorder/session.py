"""How does a test run record? As a plugin that `pytest --boundaries-record=FILE` registers."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import AppRegistryNotReady, ImproperlyConfigured

from boundaries.contexts.map import current_map
from boundaries.enforcement.recorder.recorder import Recorder
from boundaries.enforcement.recorder.recording import Recording
from boundaries.errors import BoundaryError


class RecordSession:
    """Watches the whole session and appends to the file at its end; each worker of xdist appends its own."""

    def __init__(self, path: Path, *, is_worker: bool) -> None:
        self._path = path
        self._recorder: Recorder | None = None
        if not is_worker:
            path.unlink(missing_ok=True)
            path.touch()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self) -> None:
        """Begin when Django is set up and every test is known.

        :raises pytest.UsageError: when no Django is set up, or there is no map.
        """
        if self._recorder is None:
            try:
                self._recorder = Recorder(current_map(), Recording())
            except (BoundaryError, ImproperlyConfigured, AppRegistryNotReady) as error:
                raise pytest.UsageError(
                    f"--boundaries-record needs a project and its map: {error}"
                ) from error
            self._recorder.watch_all()

    def pytest_sessionfinish(self) -> None:
        """Write what was recorded, and let go of the connections."""
        if self._recorder is not None:
            self._recorder.stop()
            self._recorder.recording.append_to(self._path)
            self._recorder = None

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say where the record is."""
        terminalreporter.write_line(
            f"recorded into {self._path}; next: boundaries couplings --record {self._path}"
        )
