"""Is it known, without running a project, whether its settings install the kit?"""

import pytest

from boundaries.contexts.map import load_map
from boundaries.strangler.planning.installed import is_in_settings

KIT = 'INSTALLED_APPS = ["boundaries.strangler"]\n'
NONE = 'INSTALLED_APPS = ["shop"]\n'


@pytest.mark.parametrize(
    ("files", "is_there"),
    [
        ({"site/settings.py": NONE}, False),
        ({"site/settings.py": KIT}, True),
        ({"site/settings/__init__.py": "from .base import *\n", "site/settings/base.py": KIT}, True),
        ({"site/settings.py": "from common.apps import *\n", "common/apps.py": KIT}, True),
        ({"site/settings.py": "from site.settings import *\n" + NONE}, False),
        ({"site/settings.py": "raise RuntimeError('it must not be run')\n" + NONE}, False),
        ({}, True),
    ],
    ids=[
        "without",
        "with",
        "in a base beside it",
        "in a base elsewhere",
        "based on itself",
        "unrunnable",
        "not found",
    ],
)
def test_it_is_read_from_the_settings_source(tmp_path, monkeypatch, files, is_there):
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE")
    (tmp_path / "shop").mkdir()
    (tmp_path / "boundaries.toml").write_text(
        'settings = "site.settings"\n[contexts.shop]\npackages = ["shop"]\n'
    )
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    assert is_in_settings(load_map(tmp_path / "boundaries.toml")) is is_there


def test_a_map_without_settings_is_one_of_a_project_without_the_kit(tmp_path, monkeypatch):
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE")
    (tmp_path / "shop").mkdir()
    (tmp_path / "boundaries.toml").write_text('[contexts.shop]\npackages = ["shop"]\n')

    assert is_in_settings(load_map(tmp_path / "boundaries.toml")) is False
