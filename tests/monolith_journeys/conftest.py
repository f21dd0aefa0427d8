"""One shop for all of these tests; each brings payments to the side that it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from boundaries.testing.servers import Servers
from tests.waiting import wait_for

from .traveller import Offer, Traveller
from .world import World, shop_world


@pytest.fixture(scope="package")
def extracted(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with shop_world(servers, tmp_path_factory.mktemp("shop")) as world:
        yield world


@pytest.fixture(scope="package")
def ada(extracted: World) -> Traveller:
    return Traveller(extracted.stand.web_url, "traveller-0001")


@pytest.fixture(scope="package")
def offer(ada: Traveller) -> Offer:
    return ada.find()


@pytest.fixture
def world(extracted: World, ada: Traveller, offer: Offer) -> World:
    """Payments lives in its service, which is up."""
    bring_payments_to_service(extracted, ada, offer)
    return extracted


@pytest.fixture
def service_back(world: World, ada: Traveller, offer: Offer) -> Callable[[], None]:
    """Start the service again, and wait until the shop books."""
    return lambda: bring_payments_to_service(world, ada, offer)


def bring_payments_to_service(world: World, ada: Traveller, offer: Offer) -> None:
    """Let the service own the writes, and run; the shop's breakers may need a moment to believe it."""
    if not world.is_service_open:
        world.switch()
    if not world.service:
        world.start_service()
        wait_for(lambda: ada.book(offer, room=False).status == 201)
