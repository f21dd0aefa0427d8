"""Is the little library a project that the kit has never seen, and does it keep to its own map?"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.journeys.library import BIN, PROJECT


def test_shares_nothing_with_the_reference() -> None:
    sources = [path.read_text() for path in PROJECT.rglob("*") if path.suffix in {".py", ".toml"}]

    assert len(sources) > 20
    assert not any("monolith." in text or "extracted." in text for text in sources)


def test_keeps_to_its_map_from_source_alone(tmp_path: Path) -> None:
    """No settings, no database, and nothing written beside the code."""
    before = sorted(PROJECT.rglob("*"))
    done = subprocess.run(
        [BIN / "boundaries", "check", "--json", "--no-cache", "--config", PROJECT / "boundaries.toml"],
        cwd=tmp_path, env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert (done.returncode, json.loads(done.stdout)["violations"]) == (0, []), done.stdout
    assert sorted(PROJECT.rglob("*")) == before
