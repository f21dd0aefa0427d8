"""How do these tests make a tiny project that Django can start?"""

from __future__ import annotations

import pytest

from tests.enforcement.conftest import TWO_CONTEXTS, TinyProject

SETTINGS = """\
SECRET_KEY = "x"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "shop.bookings",
    "shop.payments.apps.PaymentsConfig",
]
ROOT_URLCONF = "config.urls"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
"""


@pytest.fixture
def project(project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> TinyProject:
    """The two contexts as apps that start; `payments` has an `AppConfig` that connects its receivers."""
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    project.map(f'settings = "config.settings"\n{TWO_CONTEXTS}')
    return project.write(
        {
            "config/settings.py": SETTINGS,
            "config/urls.py": "urlpatterns = []\n",
            "shop/payments/apps.py": (
                "from importlib import import_module\n"
                "from django.apps import AppConfig\n"
                "class PaymentsConfig(AppConfig):\n"
                "    name = 'shop.payments'\n"
                "    def ready(self):\n"
                "        import_module('shop.payments.receivers')\n"
            ),
            "shop/payments/receivers.py": "",
        }
    )
