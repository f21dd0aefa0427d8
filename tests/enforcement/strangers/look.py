"""What happens when a stranger's project meets the verbs of the lint, and what does it cost?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.enforcement.strangers.project import Stranger, fetch

ROOT = Path(__file__).resolve().parents[3]
_NOT_INHERITED = ("CI", "GITHUB_ACTIONS", "DJANGO_SETTINGS_MODULE", "PYTHONPATH", "XDG_CACHE_HOME")


@dataclass(frozen=True)
class Run:
    """One verb's run: what it printed, how it ended, seconds of the clock and of the processor (its children's too)."""

    code: int
    out: str
    err: str
    seconds: float
    cpu_seconds: float

    def figures(self) -> dict[str, Any]:
        """What is kept of it."""
        return {
            "exit_code": self.code,
            "lines": len(self.out.splitlines()),
            "seconds": round(self.seconds, 2),
            "cpu_seconds": round(self.cpu_seconds, 2),
            "traceback": "Traceback (most recent call last)" in self.out + self.err,
            "complaint": self.err.strip()[-500:],
        }


def run_verb(
    folder: Path, cache: Path, *arguments: str, python: str = sys.executable, path: str = str(ROOT)
) -> Run:
    """Run one verb in a folder, as somebody would who stands in it; `path` is where the kit lies, if not installed."""
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    environment |= {"PYTHONPATH": path, "XDG_CACHE_HOME": str(cache)}
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(
            [python, "-m", "boundaries", *arguments], cwd=folder, env=environment,
            stdin=subprocess.DEVNULL, stdout=out, stderr=err,
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return Run(
            process.returncode,
            out.read(),
            err.read(),
            time.perf_counter() - started,
            usage.ru_utime + usage.ru_stime,
        )


def look_at(stranger: Stranger, folder: Path) -> dict[str, Any]:
    """Fetch a project, run every verb on it as it came, and return the figures."""
    place = fetch(stranger, folder)
    cache = folder / "cache" / stranger.name
    shutil.rmtree(cache, ignore_errors=True)
    (place / "boundaries.toml").unlink(missing_ok=True)
    runs = {
        "init": run_verb(place, cache, "init", "--write", "--no-cache"),
        "check": run_verb(place, cache, "check"),
        "check again": run_verb(place, cache, "check"),
        "couplings": run_verb(place, cache, "couplings"),
        "map": run_verb(
            place, cache, "map", "--format", "html", "--output", str(folder / f"{stranger.name}.html")
        ),
        "suggest": run_verb(place, cache, "suggest"),
    }
    checked = json.loads(run_verb(place, cache, "check", "--json").out or "{}")
    coupled = json.loads(run_verb(place, cache, "couplings", "--json").out or "{}")
    drawn = json.loads(run_verb(place, cache, "map", "--json").out or "{}")
    kinds = Counter(coupling["kind"] for coupling in coupled.get("couplings", ()))
    rules = Counter(finding["rule"] for finding in checked.get("counted", ()))
    return {
        "version": stranger.version,
        "shape": stranger.shape,
        "found": [line.removeprefix("# ") for line in runs["init"].out.splitlines() if line.startswith("# ")],
        "contexts": len(drawn.get("contexts", ())),
        "modules": sum(context["modules"] for context in drawn.get("contexts", ())),
        "models": sum(context["models"] for context in drawn.get("contexts", ())),
        "couplings": dict(sorted(kinds.items())),
        "rules": dict(sorted(rules.items())),
        "unresolved": checked.get("unresolved"),
        "notices": checked.get("notices"),
        "runs": {verb: run.figures() for verb, run in runs.items()},
    }
