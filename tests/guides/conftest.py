"""What do the tests of the guides share?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.guides.reading import Reader
from tests.guides.world import library_world


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Somebody who follows the guides from the first to the last, in a project of their own."""
    with library_world(tmp_path_factory.mktemp("guides")) as world:
        yield Reader(world)
