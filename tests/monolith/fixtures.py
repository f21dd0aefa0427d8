"""What do the tests of the shop share?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from tests.monolith.shop import Processor, Shop, Traveller


@pytest.fixture(scope="session")
def card_processor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A card processor of our own; its URL."""
    store = tmp_path_factory.mktemp("cards") / "cards.sqlite"
    command = [sys.executable, "-m", "monolith.card_processor", "--port", "0", "--store", str(store)]
    root = Path(__file__).parent.parent.parent
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture
def processor(card_processor: str, settings: object) -> Processor:
    """The card processor, for asking what it knows; the shop knows it too."""
    settings.CARD_PROCESSOR_URL = card_processor
    return Processor(card_processor, urllib3.PoolManager())


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database in which commits are commits, and which is empty again afterwards.

    Deleting what is there takes a fraction of the time of truncating every table, as `transactional_db` does.
    """
    with django_db_blocker.unblock():
        yield
        with transaction.atomic(), connection.cursor() as cursor:
            kept = {"django_migrations", "django_content_type", "auth_permission"}
            for table in set(connection.introspection.django_table_names(only_existing=True)) - kept:
                cursor.execute(f'DELETE FROM "{table}"')
        connection.close()


@pytest.fixture
def shop(committed: None, processor: Processor) -> Shop:
    """An open shop: a flight with ten seats, two kinds of rooms, and nobody in it yet."""
    return Shop.opened()


@pytest.fixture
def ada(shop: Shop) -> Traveller:
    """A traveller, signed in."""
    return shop.traveller("ada")


@pytest.fixture
def bea(shop: Shop) -> Traveller:
    """Another traveller, signed in."""
    return shop.traveller("bea")
