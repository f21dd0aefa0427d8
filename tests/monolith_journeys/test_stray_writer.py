"""Payments has left: what happens to code that still writes its tables in the monolith's database?"""

from __future__ import annotations

import json

import psycopg
import pytest

from .world import World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

HINT = "Call the facade of payments instead of writing its tables"

AS_THE_APPLICATION = [
    "UPDATE payments_payment SET card_ending = '0000'",
    "DELETE FROM payments_refund",
    "INSERT INTO payments_refund (id, payment_id) SELECT id, id FROM payments_payment LIMIT 1",
]

IN_THE_SHELL = {
    "a loop over rows": "payment.card_ending = '0000'; payment.save()",
    "a queryset": "Payment.objects.update(card_ending='0000')",
    "bulk_create": "payment.pk = uuid4(); payment.booking_id = uuid4(); payment.processor_id = None;"
    " Payment.objects.bulk_create([payment])",
    # What the save button of the admin calls.
    "the admin": "site._registry[Payment].save_model(None, payment, None, True)",
}

SHELL = """
from uuid import uuid4
from django.contrib.admin import site
from django.db import DatabaseError
from monolith.payments.models import Payment
payment = Payment.objects.first()
try:
    {attempt}
except DatabaseError as error:
    diagnostics = error.__cause__.diag
    print(diagnostics.sqlstate, diagnostics.message_hint)
else:
    print("written")
"""


class TestAStrayWriter:
    @pytest.mark.parametrize("statement", AS_THE_APPLICATION, ids=lambda statement: statement.split()[0])
    def test_with_raw_sql_is_stopped_by_the_database(self, world: World, statement: str) -> None:
        assert_stopped(world.stand.monolith_database, statement)

    def test_with_a_truncate_is_stopped_even_when_it_is_the_owner(self, world: World) -> None:
        assert_stopped(world.owner_login, "TRUNCATE payments_payment CASCADE")

    @pytest.mark.parametrize("attempt", IN_THE_SHELL)
    def test_in_the_shell_is_told_what_to_do(self, world: World, attempt: str) -> None:
        code = SHELL.format(attempt=IN_THE_SHELL[attempt])

        done = world.stand.run("python", "manage.py", "shell", "--verbosity", "0", "-c", code)

        assert done.returncode == 0, done.stderr
        assert done.stdout.strip().splitlines()[-1].startswith(f"MG001 {HINT}")

    def test_has_changed_nothing(self, world: World) -> None:
        world.settle()
        assert world.stand.step("verify").figures["differences"] == 0


def assert_stopped(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection, pytest.raises(psycopg.Error) as raised:
        connection.execute(statement)
    assert raised.value.sqlstate == "MG001"
    assert HINT in str(raised.value.diag.message_hint)
    assert json.loads(str(raised.value.diag.message_detail))["context"] == "payments"
