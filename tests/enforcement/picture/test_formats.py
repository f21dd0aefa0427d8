"""What does `boundaries map` print in each format?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.enforcement.conftest import TinyProject

Run = Callable[..., tuple[int, str, str]]


class TestMap:
    @pytest.mark.parametrize(
        ("chosen", "beginning", "content"),
        [
            ("text", "bookings", "1 relation; 1 not allowed"),
            ("mermaid", "flowchart LR", "context_bookings -.->"),
            ("svg", "<svg ", '<g class="arrow violation'),
            ("html", "<!doctype html>", "shop/bookings/models.py"),
            ("json", "{", '"models": 1'),
            ("backstage", 'apiVersion: "backstage.io/v1alpha1"', '- "component:payments"'),
        ],
    )
    def test_is_printed_or_written(
        self, project: TinyProject, run: Run, tmp_path: Path, chosen: str, beginning: str, content: str
    ) -> None:
        project.write(
            {
                "shop/payments/models.py": "from django.db import models\n\n\nclass Payment(models.Model):\n    pass\n",
                "shop/bookings/models.py": "from django.db import models\n\n\nclass Booking(models.Model):\n"
                "    payment = models.ForeignKey('payments.Payment', models.CASCADE)\n",
            }
        )

        code, out, _ = run("map", "--format", chosen)
        run("map", "--format", chosen, "--output", str(tmp_path / "out"))

        assert code == 0
        assert out.startswith(beginning)
        assert content in out
        assert (tmp_path / "out").read_text(encoding="utf-8") == out

    @pytest.mark.parametrize(
        ("name", "options", "beginning"),
        [
            ("map.html", (), "<!doctype html>"),
            ("MAP.SVG", (), "<svg"),
            ("map.yaml", (), "apiVersion:"),
            ("map.html", ("--format", "svg"), "<svg"),
            ("map.out", (), "bookings"),
        ],
    )
    def test_is_what_the_ending_says_unless_another_was_chosen(
        self, run: Run, tmp_path: Path, name: str, options: tuple[str, ...], beginning: str
    ) -> None:
        run("map", "--output", str(tmp_path / name), *options)

        assert (tmp_path / name).read_text(encoding="utf-8").lower().startswith(beginning.lower())

    def test_refuses_a_file_that_cannot_be_written(self, run: Run, tmp_path: Path) -> None:
        code, out, err = run("map", "--output", str(tmp_path / "absent" / "map.txt"))

        assert (code, out) == (2, "")
        assert err.startswith("BD298: ")
        assert "No such file or directory" in err
