"""Are models followed into installed packages, where a started project tells of them, and only there?"""

from __future__ import annotations

from pathlib import Path

import pytest

from boundaries.contexts.map import load_map
from boundaries.enforcement.coupling import Coupling, CouplingGraph
from boundaries.enforcement.exact.start import observe
from boundaries.enforcement.exact.testimony import exact_witness
from boundaries.enforcement.witness import Witness
from tests.enforcement.conftest import TinyProject, show

ABSTRACT = "    class Meta:\n        abstract = True\n"
PACKAGE = {
    "ownership/__init__.py": "",
    "ownership/models.py": "from ._base import Owned\n",
    "ownership/_base.py": (
        "from django.db import models\n"
        "from .stamped import *\n"
        f"class Owned(Stamped):\n    paid = models.ForeignKey('payments.Payment', models.CASCADE)\n{ABSTRACT}"
    ),
    "ownership/stamped.py": (
        "from django.db import models\n"
        f"class Stamped(models.Model):\n    by = models.OneToOneField('payments.Payment', models.CASCADE)\n{ABSTRACT}"
    ),
    "ownership/fields.py": (
        "from django.db import models\n"
        "class PaidField(models.ForeignKey):\n"
        "    def __init__(self, **kwargs):\n"
        "        kwargs['to'] = 'payments.Payment'\n"
        "        super().__init__(**kwargs, on_delete=models.CASCADE, related_name='+')\n"
    ),
    "ownership/broken.py": "raise SystemExit('nobody imports this')\n",
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages, outside the project."""
    folder = tmp_path / "site"
    for name, text in PACKAGE.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def owned(project: TinyProject, site: Path) -> TinyProject:
    return project.write(
        {
            "shop/payments/models.py": "from django.db import models\nclass Payment(models.Model):\n    pass\n",
            "shop/bookings/models.py": "from ownership.models import Owned\nclass Booking(Owned):\n    pass\n",
            "shop/payments/views.py": "def f(payment):\n    return payment.booking_set.all()\n",
        }
    )


def exact(project: TinyProject) -> Witness:
    return exact_witness(observe(load_map(project.folder / "boundaries.toml")))


def added(graph: CouplingGraph) -> list[Coupling]:
    return [coupling for coupling in graph.couplings if coupling.evidence == "exact"]


def test_relations_of_a_base_are_read_where_it_is_installed(owned: TinyProject) -> None:
    graph = owned.graph(witnesses=[exact(owned)])

    assert [(show(c), c.detail) for c in added(graph) if c.kind == "relation"] == [
        ("relation bookings/models.py:2 Booking -> payments.Payment", "ForeignKey paid, declared in ownership._base"),
        ("relation bookings/models.py:2 Booking -> payments.Payment", "OneToOneField by, declared in ownership.stamped"),
    ]  # fmt: skip
    assert graph.disagreements == ()
    assert graph.unresolved == {}


def test_what_follows_from_them_is_found_too(owned: TinyProject) -> None:
    found = [show(c) for c in added(owned.graph(witnesses=[exact(owned)])) if c.kind == "reverse"]

    assert found == ["reverse payments/views.py:2 f -> bookings.Booking"]


def test_field_classes_of_packages_are_read_as_the_projects_own(owned: TinyProject) -> None:
    owned.write(
        {
            "shop/bookings/models.py": (
                "from django.db import models\nfrom ownership.fields import PaidField\n"
                "class Booking(models.Model):\n    paid = PaidField()\n"
            )
        }
    )

    graph = owned.graph(witnesses=[exact(owned)])

    assert [c.detail for c in added(graph)] == ["PaidField paid"]
    assert graph.disagreements == ()


def test_without_a_started_project_such_a_base_is_unresolved(owned: TinyProject) -> None:
    graph = owned.graph()

    assert [c.kind for c in graph.couplings if c.kind != "reverse"] == []
    assert graph.unresolved["inheritance"] == 1


def test_what_was_accepted_with_packages_is_not_stale_without(owned: TinyProject) -> None:
    owned.check(accept_new="adopted", witnesses=[exact(owned)])

    assert owned.check(fails_on_stale=True).is_clean
    assert owned.check(fails_on_stale=True, witnesses=[exact(owned)]).is_clean


def test_packages_are_kept_as_any_file_is(
    owned: TinyProject, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, witness = tmp_path / "kept", exact(owned)
    first = owned.graph(cache_folder=cache, witnesses=[witness])
    monkeypatch.setattr("boundaries.enforcement.source.package.extract", None)

    assert owned.graph(cache_folder=cache, witnesses=[witness]) == first
    (site / "ownership/stamped.py").write_text("")
    with pytest.raises(TypeError):
        owned.graph(cache_folder=cache, witnesses=[witness])
