"""A card processor in a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Processor:
    """A card processor in a process of its own, on a store that outlives it."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "monolith.card_processor", "--port", "0", "--store", str(self.store)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self.process.stdout
        self.url = self.process.stdout.readline().strip()

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        code = self.process.wait(timeout=10)
        assert self.process.stdout
        self.process.stdout.close()
        return code

    def get(self, path: str) -> tuple[int, Any]:
        return self._send(urllib.request.Request(self.url + path))

    def post(self, path: str, **body: Any) -> tuple[int, Any]:
        return self._send(
            urllib.request.Request(self.url + path, data=json.dumps(body).encode(), method="POST")
        )

    def authorise(self, key: str, amount: str = "100.00", card: str = "4000000000004242") -> tuple[int, Any]:
        return self.post("/authorisations", key=key, amount=amount, currency="EUR", card=card)

    def _send(self, request: urllib.request.Request) -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)
