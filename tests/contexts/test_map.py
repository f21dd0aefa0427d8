"""Is a good map read whole, and a bad one refused with its line and the nearest right spelling?"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from boundaries.contexts.map import (
    MissingEnvironment,
    ServiceNotDeclared,
    UnknownContext,
    load_map,
)
from boundaries.contexts.source import MapNotFound
from boundaries.errors import BoundaryError

GOOD = """\
root = "code"
settings = "shop.settings"

[contexts.payments]
packages = ["shop.payments"]
owner = "Money team"
facade = "shop.payments.public:Payments"
calls = []
listens_to = [
    "bookings",
]

[contexts.payments.service]
url = "env:PAYMENTS_URL"

[contexts.bookings]
packages = ["shop.bookings", "shop.trips"]
models = ["facility.Booking"]
calls = ["payments"]
mode = "open"

[contexts.kernel]
packages = ["shop"]
shared = true

[rehearsal]
web = "gunicorn"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for package in ("shop", "shop/payments", "shop/bookings", "shop/trips"):
        (tmp_path / "code" / package).mkdir(parents=True)
        (tmp_path / "code" / package / "__init__.py").touch()
    (tmp_path / "code" / "shop" / "payments" / "public.py").touch()
    return tmp_path


@pytest.fixture
def refused(folder: Path) -> Callable[[str], BoundaryError]:
    def refuse(text: str) -> BoundaryError:
        path = folder / "map.toml"
        path.write_text(text)
        with pytest.raises(BoundaryError) as caught:
            load_map(path)
        return caught.value

    return refuse


@pytest.fixture
def good(folder: Path) -> Path:
    path = folder / "boundaries.toml"
    path.write_text(GOOD)
    return path


class TestAGoodMap:
    def test_is_read_whole(self, good: Path) -> None:
        context_map = load_map(good)

        payments = context_map.context("payments")
        assert context_map.root == good.parent / "code"
        assert context_map.baseline == good.parent / "boundaries-baseline.json"
        assert context_map.settings == "shop.settings"
        assert context_map.rehearsal == {"web": "gunicorn"}
        assert payments.owner == "Money team"
        assert payments.public == ("shop.payments.public",)
        assert payments.calls == ()
        assert payments.listens_to == ("bookings",)
        assert (payments.state, payments.mode, payments.shared) == ("inside", "strict", False)
        assert payments.service is not None
        assert payments.service.path == good.parent / "extracted" / "payments"

    def test_tells_an_absent_list_of_calls_from_an_empty_one(self, good: Path) -> None:
        assert load_map(good).context("kernel").calls is None
        assert load_map(good).context("payments").calls == ()

    def test_gives_a_module_to_the_longest_package(self, good: Path) -> None:
        context_map = load_map(good)

        assert context_map.context_of_module("shop.payments.local") == "payments"
        assert context_map.context_of_module("shop.trips") == "bookings"
        assert context_map.context_of_module("shop.tripsy") == "kernel"
        assert context_map.context_of_module("elsewhere") is None

    def test_gives_a_model_of_a_shared_app_to_who_claims_it_by_name(self, good: Path) -> None:
        context_map = load_map(good)

        assert context_map.context_of_model_label("facility.booking") == "bookings"
        assert context_map.context_of_model_label("facility.Invoice") is None

    def test_is_found_upwards_from_the_current_directory(
        self, good: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(good.parent / "code" / "shop")

        assert load_map().path == good

    def test_may_be_a_section_of_a_pyproject(self, folder: Path) -> None:
        text = '[project]\nname = "x"\n\n[tool.boundaries.contexts.pay]\npackages = ["code.shop"]\n'
        (folder / "pyproject.toml").write_text(text)

        assert load_map(folder / "pyproject.toml").context("pay").packages == ("code.shop",)

    def test_passes_by_a_pyproject_without_the_section(
        self, good: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (good.parent / "code" / "pyproject.toml").write_text("[project]\nname = 'boundaries'\n")
        monkeypatch.chdir(good.parent / "code")

        assert load_map().path == good

    def test_is_loaded_without_django_and_msgspec(self, good: Path) -> None:
        code = (
            "import sys; from pathlib import Path; from boundaries.contexts.map import load_map;"
            f"load_map(Path({str(good)!r})); print('django' in sys.modules, 'msgspec' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

        assert done.stdout.split() == ["False", "False"]


class TestAService:
    def test_takes_its_address_from_the_environment(
        self, good: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        service = load_map(good).context("payments").service
        assert service is not None
        monkeypatch.setenv("PAYMENTS_URL", "http://127.0.0.1:1")

        assert service.resolve_url() == "http://127.0.0.1:1"

    def test_names_the_variable_that_is_missing(self, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        service = load_map(good).context("payments").service
        assert service is not None
        monkeypatch.delenv("PAYMENTS_URL", raising=False)

        with pytest.raises(MissingEnvironment) as caught:
            service.resolve_url()

        assert "PAYMENTS_URL" in str(caught.value)
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)

    def test_says_what_the_map_does_not_give(self, good: Path) -> None:
        service = load_map(good).context("payments").service
        assert service is not None

        with pytest.raises(ServiceNotDeclared):
            service.resolve_database()


class TestABadMap:
    @pytest.mark.parametrize(
        ("right", "wrong", "code", "line", "said"),
        [
            ("owner =", "ownr =", "BD111", 6, "'owner'"),
            ("[rehearsal]", "[rehersal]", "BD111", 26, "'rehearsal'"),
            ("url =", "uri =", "BD111", 14, "'url'"),
            ('"shop.payments"', '"shop.paymnets"', "BD107", 5, "'shop.payments'"),
            ('"shop.trips"', '"shop.payments"', "BD108", 17, "'payments'"),
            ('    "bookings",', '    "boookings",', "BD106", 10, "'bookings'"),
            ('calls = ["payments"]', 'calls = ["payment"]', "BD106", 19, "'payments'"),
            ('mode = "open"', 'mode = "opne"', "BD105", 20, 'mode = "open"'),
            ('mode = "open"', 'state = "gone"', "BD105", 20, "outside"),
            ("calls = []", 'calls = "bookings"', "BD105", 8, "list of strings"),
            ("shared = true", "shared = 1", "BD105", 24, "true or false"),
            ("shared = true", 'shared = true\ncalls = ["payments"]', "BD105", 24, "no other context"),
            ("public:Payments", "public.Payments", "BD105", 7, "package.module:ClassName"),
            ('packages = ["shop"]\n', "", "BD105", 22, 'packages = ["kernel"]'),
            ('root = "code"', 'root = "cdoe"', "BD105", 1, "no folder"),
            ("facade =", 'public = ["shop.payments.pubic"]\nfacade =', "BD107", 7, "'shop.payments.public'"),
            ("[contexts.kernel]", "[contexts.kernel", "BD102", 22, "']'"),
        ],
    )
    def test_is_refused_with_line_and_remedy(
        self,
        refused: Callable[[str], BoundaryError],
        right: str,
        wrong: str,
        code: str,
        line: int,
        said: str,
    ) -> None:
        error = refused(GOOD.replace(right, wrong, 1))

        assert error.code == code
        assert f"map.toml:{line}: " in str(error)
        assert said in str(error)

    def test_is_refused_when_two_contexts_claim_one_model(
        self, refused: Callable[[str], BoundaryError]
    ) -> None:
        error = refused(GOOD.replace("shared = true", 'models = ["Facility.booking"]'))

        assert error.code == "BD108"

    def test_is_refused_when_it_is_not_utf8(self, folder: Path) -> None:
        (folder / "map.toml").write_bytes(b"# \n\xff\n")

        with pytest.raises(BoundaryError) as caught:
            load_map(folder / "map.toml")

        assert caught.value.code == "BD102"
        assert "map.toml:2:" in str(caught.value)

    def test_is_refused_when_there_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(MapNotFound):
            load_map(tmp_path / "nowhere.toml")

    def test_keeps_its_lines_beside_strings_that_look_like_tables(
        self, refused: Callable[[str], BoundaryError]
    ) -> None:
        text = GOOD.replace(
            "[rehearsal]", '[rehearsal]\nnote = """\n[contexts.kernel]\n"""\n[check]\ntest = true'
        )

        error = refused(text)

        assert "map.toml:31: 'test'" in str(error)

    def test_names_the_nearest_context_when_one_is_asked_for(self, good: Path) -> None:
        with pytest.raises(UnknownContext) as caught:
            load_map(good).context("payment")

        assert "'payments'" in str(caught.value)


class TestACompiledMap:
    def test_may_name_packages_that_are_not_shipped(self, folder: Path) -> None:
        (folder / "map.toml").write_text('compiled = true\n[contexts.pay]\npackages = ["not.here"]\n')

        assert load_map(folder / "map.toml").context("pay").packages == ("not.here",)
