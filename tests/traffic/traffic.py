"""A driver in a process of its own, and its journal."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Traffic:
    """Starts drivers against one shop and reads their journals."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.journal, self.status = folder / "journal.jsonl", folder / "status.json"
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "monolith.traffic", "--url", self.url, "--users", "2"]
        command += ["--journal", str(self.journal), "--status", str(self.status), *map(str, arguments)]
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.processes.append(process)
        return process

    def run(self, *arguments: object) -> list[dict[str, Any]]:
        process = self.start(*arguments)
        _, errors = process.communicate(timeout=30)
        assert (process.returncode, errors) == (0, "")
        return self.requests()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.journal.read_text().splitlines()]

    def requests(self) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line["line"] == "request" and line["name"] != "sign-in"]

    def wait_for_requests(self) -> None:
        deadline = time.monotonic() + 10
        while not self.status.exists() or json.loads(self.status.read_text())["requests"] < 10:
            assert time.monotonic() < deadline, "no traffic"
            time.sleep(0.02)
