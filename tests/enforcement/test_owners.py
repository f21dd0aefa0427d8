"""Are contexts named that CODEOWNERS gives to nobody, or to several, and can it be written?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from boundaries.contexts.owner import BEGIN, END
from tests.enforcement.conftest import TinyProject

MAP = """\
[owners]
"Money team" = ["@shop/money"]

[contexts.bookings]
packages = ["shop.bookings"]
owner = "@shop/booking"

[contexts.payments]
packages = ["shop.payments", "shop.refunds"]
owner = "Money team"

[contexts.vouchers]
packages = ["shop.payments.vouchers"]
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def owned(project: TinyProject) -> TinyProject:
    return project.map(MAP).write({"shop/refunds.py": "", "shop/payments/vouchers/models.py": ""})


def codeowners(project: TinyProject, text: str) -> Path:
    """Write the file."""
    path = project.folder / "CODEOWNERS"
    path.write_bytes(text.encode())
    return path


class TestComparison:
    def test_is_content_when_each_context_has_one_owner(self, owned: TinyProject, run: Run) -> None:
        owned.map(f'{MAP}owner = "@Shop/Money"\n')
        codeowners(owned, "* @shop/MONEY\n/shop/bookings @shop/booking\n")

        code, out, _ = run("owners")

        assert code == 0
        assert out.splitlines() == [
            "bookings  @shop/booking, 2 files",
            "payments  Money team (@shop/money), 3 files",
            "vouchers  @Shop/Money, 2 files",
            "Every context has one owner.",
        ]

    def test_names_orphans_splits_and_others(self, owned: TinyProject, run: Run) -> None:
        codeowners(
            owned,
            "/shop/payments/ @shop/money\n/shop/refunds.py @shop/desk\n/shop/bookings/models.py @shop/desk\n",
        )

        code, out, _ = run("owners")

        assert code == 1
        assert out.splitlines() == [
            "bookings  @shop/booking, 2 files",
            "          orphan: CODEOWNERS names nobody for 1 of its files, such as shop/bookings/__init__.py",
            "          other: CODEOWNERS says @shop/desk, the map @shop/booking",
            "payments  Money team (@shop/money), 3 files",
            (
                "          split: @shop/money has 2, such as shop/payments/__init__.py;"
                " @shop/desk has 1, such as shop/refunds.py"
            ),
            "vouchers  -, 2 files",
            "          nobody: the map names no owner; CODEOWNERS says @shop/money",
            "3 of 3 contexts have no clear owner.",
        ]

    def test_is_one_object_as_JSON(
        self, owned: TinyProject, run_json: Callable[..., tuple[int, Any]]
    ) -> None:
        path = codeowners(owned, "/shop/bookings @shop/booking\n")

        code, said = run_json("owners")

        assert (code, said["schema"], said["codeowners"]) == (1, 1, str(path))
        assert said["contexts"][0] == {
            "name": "bookings",
            "owner": "@shop/booking",
            "handles": ["@shop/booking"],
            "files": 2,
            "code_owners": [{"owners": ["@shop/booking"], "files": 2, "first": "shop/bookings/__init__.py"}],
            "faults": [],
        }
        assert [fault["kind"] for fault in said["contexts"][1]["faults"]] == ["orphan"]

    def test_asks_for_owners_only_without_the_file(self, owned: TinyProject, run: Run) -> None:
        code, out, _ = run("owners")

        assert code == 1
        assert "orphan" not in out
        assert "There is no CODEOWNERS file; `boundaries owners --write` makes one." in out


class TestWriting:
    BLOCK = (
        f"{BEGIN}\n"
        "/shop/bookings/ @shop/booking\n"
        "/shop/payments/ @shop/money\n"
        "/shop/payments/vouchers/ @shop/money\n"
        "/shop/refunds.py @shop/money\n"
        f"{END}\n"
    )

    @pytest.fixture
    def complete(self, owned: TinyProject) -> TinyProject:
        return owned.map(f'{MAP}owner = "Money team"\n')

    def test_can_be_looked_at_first(self, complete: TinyProject, run: Run) -> None:
        assert run("owners", "--format", "codeowners")[:2] == (0, self.BLOCK)
        assert not list(complete.folder.rglob("CODEOWNERS"))

    def test_makes_a_file_that_agrees(self, complete: TinyProject, run: Run) -> None:
        assert run("owners", "--write")[0] == 0

        assert (complete.folder / ".github" / "CODEOWNERS").read_text() == self.BLOCK
        assert run("owners")[0] == 0

    def test_replaces_its_own_lines_and_no_other(self, complete: TinyProject, run: Run) -> None:
        path = codeowners(complete, "* @all\r\n")
        assert run("owners", "--write")[0] == 0
        assert path.read_bytes().decode() == f"* @all\n\n{self.BLOCK}".replace("\n", "\r\n")

        path.write_bytes(path.read_bytes().replace(b"@shop/money", b"@shop/old") + b"*.md @docs\r\n")
        assert run("owners", "--write")[0] == 0

        assert path.read_bytes().decode() == f"* @all\n\n{self.BLOCK}*.md @docs\n".replace("\n", "\r\n")

    def test_wants_a_handle_for_each_owner(self, complete: TinyProject, run: Run) -> None:
        complete.map(MAP.replace('"Money team" =', '"Other team" ='))

        code, _, err = run("owners", "--write")

        assert code == 2
        assert err.startswith("BD115: 'Money team', owner of payments, has no handle for CODEOWNERS. Add it")
