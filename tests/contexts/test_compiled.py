"""Does a compiled map say the same as the one that it was made from?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from boundaries.contexts.compiled import compile_map
from boundaries.contexts.map import load_map

MAP = """\
[tool.boundaries]
settings = "shop.settings"

[tool.boundaries.contexts.payments]
packages = ["shop.payments"]
owner = 'The "money" team'
calls = []
listens_to = ["bookings"]
implementation = "shop.payments.local:Local"

[tool.boundaries.contexts.payments.service]
path = "extracted/payments"
url = "env:PAYMENTS_URL"

[tool.boundaries.contexts.bookings]
packages = ["shop.bookings"]
models = ["facility.Booking"]
mode = "open"

[tool.boundaries.contexts.kernel]
packages = ["shop"]
shared = true
"""


def test_a_compiled_map_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(MAP)
    for package in ("payments", "bookings"):
        (tmp_path / "shop" / package).mkdir(parents=True)
    original = load_map(tmp_path / "pyproject.toml")

    (tmp_path / "boundaries.toml").write_text(compile_map(original))
    compiled = load_map(tmp_path / "boundaries.toml")

    assert compiled == replace(original, path=compiled.path, compiled=True)
    assert compile_map(compiled) == compile_map(original)
