from __future__ import annotations

import pytest

from boundaries.contexts.map import reset_map
from boundaries.facades.access import may_call
from boundaries.facades.peer import peer_at

MONOLITH, PARCELS, ELSEWHERE = "http://monolith:8000", "http://parcels:8000", "http://elsewhere:8000"
MAP = """
[contexts.parcels]
packages = ["parcels"]
service = { url = "env:PARCELS_URL" }
[contexts.letters]
packages = ["letters"]
calls = ["parcels"]
[contexts.stamps]
packages = ["stamps"]
state = "outside"
calls = []
"""


@pytest.fixture(autouse=True)
def project(settings, tmp_path, monkeypatch):
    for name in ("parcels", "letters", "stamps"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "boundaries.toml").write_text(MAP)
    monkeypatch.setenv("MONOLITH_URL", MONOLITH)
    monkeypatch.setenv("PARCELS_URL", PARCELS)

    def be(side: str) -> None:
        settings.BOUNDARIES = {"MAP": str(tmp_path / "boundaries.toml"), "SIDE": side}

    be("monolith")
    reset_map()
    yield be
    reset_map()


class TestTheAudience:
    def test_of_the_monolith_is_always_the_service(self):
        assert peer_at(ELSEWHERE, context="parcels") == "parcels"

    @pytest.mark.parametrize(
        ("context", "address", "peer"),
        [
            ("parcels", PARCELS, "parcels"),
            ("parcels", PARCELS + "/", "parcels"),
            ("parcels", MONOLITH, "monolith"),
            ("parcels", ELSEWHERE, "monolith"),
            ("letters", MONOLITH, "monolith"),
            ("letters", ELSEWHERE, "monolith"),
            ("stamps", ELSEWHERE, "stamps"),
            ("unheard of", ELSEWHERE, "monolith"),
        ],
    )
    def test_of_a_service_is_who_listens_there(self, project, context, address, peer):
        project("orders")

        assert peer_at(address, context=context) == peer

    def test_of_a_service_for_its_own_context_is_the_monolith(self, project):
        project("parcels")

        assert peer_at(ELSEWHERE, context="parcels") == "monolith"

    def test_needs_no_variable_of_another_deployable(self, project, monkeypatch):
        monkeypatch.delenv("PARCELS_URL")
        project("letters")

        assert peer_at(MONOLITH, context="parcels") == "monolith"


class TestPermission:
    @pytest.mark.parametrize(
        ("caller", "context", "may"),
        [
            ("monolith", "parcels", True),
            ("letters", "parcels", True),
            ("letters", "stamps", False),
            ("stamps", "parcels", False),
            ("stamps", "stamps", True),
            ("parcels", "letters", True),
            ("stranger", "parcels", False),
        ],
    )
    def test_is_what_the_map_declares(self, caller, context, may):
        assert may_call(caller, context) is may
