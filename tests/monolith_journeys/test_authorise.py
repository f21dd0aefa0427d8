"""The service dies in the middle of an authorise: is the outcome settled, and settled once?"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.waiting import wait_for

from .traveller import Offer, Traveller
from .world import World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_given_a_processor_that_holds_the_money_when_the_service_dies_before_its_commit_then_it_is_let_go(
    world: World, ada: Traveller, offer: Offer, service_back: Callable[[], None]
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with world.processor_stopped():
            booking = pool.submit(ada.book, offer)
            wait_for(lambda: world.is_processor_asked)
            world.kill_service()
        refused = booking.result()

    assert (refused.status, refused["code"]) == (503, "payments.unavailable")
    failed = _newest_failed(world)
    key = f"authorise-{failed}"
    # The harm that the test is about: money is held, and no row of ours says so.
    wait_for(lambda: key in world.authorisations())
    assert failed not in world.payments_of("service")

    service_back()

    wait_for(lambda: world.authorisations()[key].is_voided, what=lambda: world.authorisations()[key])
    world.settle()
    (payment,) = world.payments_of("service")[failed]
    assert payment.state == "voided"


def test_given_an_authorise_under_way_when_the_same_request_is_sent_again_then_it_has_one_outcome(
    world: World, ada: Traveller, offer: Offer, service_back: Callable[[], None]
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with world.processor_stopped():
            booking = pool.submit(ada.book, offer, key="sent twice")
            wait_for(lambda: world.is_processor_asked)
            world.kill_service()
        first = booking.result()
    service_back()

    again = ada.book(offer, key="sent twice")

    assert (first.status, again.status) == (503, 503)
    world.settle()
    failed = _newest_failed(world)
    assert len(world.payments_of("service")[failed]) == 1


def _newest_failed(world: World) -> str:
    found = world.monolith(
        "SELECT id::text FROM bookings_booking WHERE state = 'failed' ORDER BY booked_at DESC LIMIT 1"
    )
    return str(found[0][0])
