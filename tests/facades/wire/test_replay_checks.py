from __future__ import annotations

import pytest
from django.core.checks import ERROR, WARNING

from boundaries.facades.replay_checks import check_nonce_cache

BACKENDS = "django.core.cache.backends."


class TestTheNonceCache:
    @pytest.mark.parametrize(
        ("backend", "levels"),
        [("redis.RedisCache", []), ("locmem.LocMemCache", [WARNING]), ("dummy.DummyCache", [ERROR])],
    )
    def test_BD346_must_remember_for_all_processes(self, settings, backend, levels):
        settings.BOUNDARIES = {"KEYS": {"parcels": ["a key of sixteen or more"]}}
        settings.CACHES = {"default": {"BACKEND": BACKENDS + backend, "LOCATION": "redis://127.0.0.1:1"}}

        assert [message.level for message in check_nonce_cache()] == levels

    def test_BD346_must_exist(self, settings):
        settings.BOUNDARIES = {"KEYS": {"parcels": ["a key of sixteen or more"]}, "NONCE_CACHE": "nonces"}

        assert [message.level for message in check_nonce_cache()] == [ERROR]

    def test_is_of_no_concern_without_keys(self, settings):
        settings.BOUNDARIES = {}

        assert check_nonce_cache() == []
