"""What becomes of what the card processor says, or does not say?"""

from __future__ import annotations

from uuid import UUID

import pytest
import urllib3

from boundaries.facades.failure import OutcomeUnknown, ServiceUnavailable
from monolith.payments.local import LocalPayments
from monolith.payments.models import Payment as PaymentRecord
from monolith.payments.processor import card_processor
from monolith.payments.public import ProcessorRefused
from monolith.payments.tests.conftest import EUR_100, Pool, Response, authorise


def test_keys_are_made_from_our_own_ids(payments: LocalPayments, booking_id: UUID, pool: Pool):
    authorise(payments, booking_id)

    assert pool.asked[0][1]["key"] == f"authorise-{booking_id}"


def test_a_processor_that_cannot_be_reached_has_done_nothing(
    payments: LocalPayments, booking_id: UUID, pool: Pool
):
    refused = urllib3.exceptions.NewConnectionError(None, "refused")
    pool.failure = urllib3.exceptions.MaxRetryError(None, "/", refused)

    with pytest.raises(ServiceUnavailable):
        authorise(payments, booking_id)
    assert not PaymentRecord.objects.exists()


@pytest.mark.parametrize(
    "failure",
    [
        urllib3.exceptions.ReadTimeoutError(None, "/", "late"),
        urllib3.exceptions.MaxRetryError(None, "/", urllib3.exceptions.ProtocolError("cut")),
    ],
)
def test_one_that_does_not_answer_may_have_done_it(
    payments: LocalPayments, booking_id: UUID, pool: Pool, failure: Exception
):
    pool.failure = failure

    with pytest.raises(OutcomeUnknown):
        authorise(payments, booking_id)


def test_one_that_fails_may_have_done_it(payments: LocalPayments, booking_id: UUID):
    with pytest.raises(OutcomeUnknown, match="status 500"):
        authorise(payments, booking_id, card="tok_0500")


def test_its_own_refusals_are_told(pool: Pool):
    pool.answers["void-1"] = Response(
        409, {"code": "wrong_state", "detail": "The authorisation is captured."}
    )

    with pytest.raises(ProcessorRefused, match="is captured"):
        card_processor().void("x", key="void-1")


def test_amounts_travel_as_decimal_strings(pool: Pool):
    card_processor().capture("x", key="capture-1", amount=EUR_100)

    assert pool.asked == [("authorisations/x/capture", {"key": "capture-1", "amount": "100.00"})]
