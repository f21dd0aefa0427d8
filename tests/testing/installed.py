"""The kit's pytest plugin as a user has it, also where this checkout is not installed."""

from __future__ import annotations

import pytest

from boundaries.testing import plugin


def pytest_configure(config: pytest.Config) -> None:
    if not config.pluginmanager.is_registered(plugin):
        config.pluginmanager.register(plugin, "boundaries")
