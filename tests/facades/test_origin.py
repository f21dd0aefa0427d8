"""Does a service notice that it runs somebody else's copy of its code?"""

import sys

import pytest

from boundaries.facades.origin import ForeignCode, require_own_code


@pytest.fixture
def two_copies(tmp_path, monkeypatch):
    """The same package in two folders; the one named `other` lies first on the path."""
    for name in ("own", "other"):
        folder = tmp_path / name / "twocopies" / "pay"
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder.parent / "__init__.py").touch()
        monkeypatch.syspath_prepend(str(tmp_path / name))
    yield tmp_path
    for module in ("twocopies", "twocopies.pay"):
        sys.modules.pop(module, None)


def test_its_own_code_is_accepted(two_copies):
    require_own_code(two_copies / "other", ["twocopies.pay"])


def test_BD324_code_from_elsewhere_is_refused_with_both_places(two_copies):
    with pytest.raises(ForeignCode) as refused:
        require_own_code(two_copies / "own", ["twocopies.pay"])

    assert str(two_copies / "other") in refused.value.what
    assert str(two_copies / "own") in refused.value.what


def test_BD324_code_that_is_nowhere_is_refused(tmp_path):
    with pytest.raises(ForeignCode, match="nowhere"):
        require_own_code(tmp_path, ["no_such_package.pay"])


def test_a_folder_with_the_same_beginning_is_not_the_same_folder(two_copies):
    with pytest.raises(ForeignCode):
        require_own_code(two_copies / "oth", ["twocopies.pay"])
