"""Can forty teams each declare their context in a file of their own?"""

from __future__ import annotations

from pathlib import Path

import pytest

from boundaries.contexts.claim import ClaimedTwice, PackageNotFound
from boundaries.contexts.compiled import compile_map
from boundaries.contexts.map import UnknownContext, load_map
from boundaries.contexts.reading import InvalidValue, UnknownKey
from boundaries.contexts.source import find_map

MAP = """\
include = ["shop/*/boundaries.toml"]

[contexts.bookings]
packages = ["shop.bookings"]
calls = ["payments"]
"""
OWN = """\
[context]
owner = "Money team"
calls = ["bookings"]

[context.service]
url = "env:PAYMENTS_URL"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("bookings", "payments"):
        (tmp_path / "shop" / name).mkdir(parents=True)
    (tmp_path / "boundaries.toml").write_text(MAP)
    (tmp_path / "shop" / "payments" / "boundaries.toml").write_text(OWN)
    return tmp_path


def own(folder: Path, text: str) -> Path:
    """Write the file of the context payments."""
    path = folder / "shop" / "payments" / "boundaries.toml"
    path.write_text(text)
    return path


class TestAContextWithAFileOfItsOwn:
    def test_means_what_it_would_mean_in_the_map(self, folder: Path) -> None:
        context_map = load_map(folder / "boundaries.toml")
        (folder / "whole.toml").write_text(
            MAP.split("\n", 1)[1]
            + OWN.replace("[context", "[contexts.payments").replace(
                "owner", 'packages = ["shop.payments"]\nowner'
            )
        )

        assert context_map.contexts == load_map(folder / "whole.toml").contexts
        assert context_map.contexts["payments"].packages == ("shop.payments",)
        assert context_map.files == (
            folder / "boundaries.toml",
            folder / "shop" / "payments" / "boundaries.toml",
        )

    def test_may_have_another_name_and_other_packages(self, folder: Path) -> None:
        own(folder, '[context]\nname = "payments"\npackages = ["shop.payments", "shop.bookings.refunds"]\n')
        (folder / "shop" / "bookings" / "refunds.py").touch()

        assert load_map(folder / "boundaries.toml").context_of_module("shop.bookings.refunds") == "payments"

    def test_is_no_map_for_those_who_stand_in_its_folder(self, folder: Path) -> None:
        assert find_map(folder / "shop" / "payments") == folder / "boundaries.toml"

    def test_is_in_the_compiled_map(self, folder: Path) -> None:
        assert "[contexts.payments]" in compile_map(load_map(folder / "boundaries.toml"))


class TestAMistake:
    @pytest.mark.parametrize(
        ("text", "error", "said"),
        [
            (
                '[context]\nowner = "a"\ncals = []\n',
                UnknownKey,
                "3: 'cals' is not a key of [context]",
            ),
            (
                '[context]\ncalls = [\n  "bokings",\n]\n',
                UnknownContext,
                "3: contexts.payments.calls: there is no",
            ),
            (
                '[context]\npackages = ["shop.paymnts"]\n',
                PackageNotFound,
                "2: contexts.payments.packages: there is no",
            ),
            ('[context]\npackages = ["shop.bookings"]\n', ClaimedTwice, "2: 'shop.bookings' belongs to"),
            ('[context]\nname = "bookings"\n', ClaimedTwice, "1: 'bookings' belongs to"),
            ('[contexts.payments]\npackages = ["shop.payments"]\n', UnknownKey, "1: 'contexts' is not a key"),
            ("", InvalidValue, "1: context must be a table"),
        ],
    )
    def test_names_the_file_and_the_line(
        self, folder: Path, text: str, error: type[Exception], said: str
    ) -> None:
        path = own(folder, text)

        with pytest.raises(error) as caught:
            load_map(folder / "boundaries.toml")

        assert f"{path}:{said}" in str(caught.value)

    def test_is_a_pattern_that_matches_nothing(self, folder: Path) -> None:
        (folder / "boundaries.toml").write_text(MAP.replace("shop/*", "apps/*"))

        with pytest.raises(
            InvalidValue, match=r":1: include has 'apps/\*/boundaries.toml', which matches no file"
        ):
            load_map(folder / "boundaries.toml")
