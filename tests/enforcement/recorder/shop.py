"""Runs a function of a tiny project under the recorder: `python -m tests.enforcement.recorder.shop FOLDER MODULE:FUNCTION`."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def record(folder: Path, function: str) -> Path:
    """Run a function on fresh tables, in a process of its own; returns the record."""
    subprocess.run([sys.executable, "-m", __name__, str(folder), function], cwd=ROOT, check=True, timeout=60)
    return folder / "record.jsonl"


def _main(folder: Path, function: str) -> None:
    import django
    from django.apps import apps
    from django.conf import settings
    from django.db import connection

    sys.path.insert(0, str(folder))
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["shop.bookings", "shop.payments"],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        BOUNDARIES={"MAP": folder / "boundaries.toml"},
        BASE_DIR=folder,
    )
    django.setup()
    from boundaries.contexts.map import current_map
    from boundaries.enforcement.recorder.recorder import Recorder
    from boundaries.enforcement.recorder.recording import Recording

    with connection.schema_editor() as editor:
        for model in apps.get_models():
            editor.create_model(model)
    recorder = Recorder(current_map(), Recording())
    recorder.watch_all()
    module, _, name = function.partition(":")
    getattr(importlib.import_module(module), name)()
    recorder.stop()
    path = folder / "record.jsonl"
    path.write_bytes(b"")
    recorder.recording.append_to(path)


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2])
