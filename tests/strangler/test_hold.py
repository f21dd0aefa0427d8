"""Is a migration judged by who writes, and only by the columns that it changes?"""

from __future__ import annotations

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from boundaries.contexts.map import current_map
from boundaries.strangler.hold import _Mover, _problems
from boundaries.strangler.postgres.table import read_columns

pytestmark = pytest.mark.django_db
LIMIT = migrations.AddField("account", "limit", models.IntegerField())
OPTIONAL_LIMIT = migrations.AddField("account", "limit", models.IntegerField(null=True))
NO_BALANCE = migrations.RemoveField("account", "balance")
MISSING = "ledger_account.limit (integer) is missing on the other side"


@pytest.fixture
def before():
    """The account as the sample project has it."""
    state = ProjectState()
    fields = [
        ("id", models.UUIDField(primary_key=True)),
        ("owner", models.CharField(max_length=100, unique=True)),
        ("balance", models.DecimalField(max_digits=12, decimal_places=2)),
    ]
    migrations.CreateModel("Account", fields).state_forwards("ledger", state)
    return state


@pytest.fixture
def judged(before):
    """What is said of an operation, when the other side has the columns of the test's own database."""

    def judge(operation, *, writes_here, trouble=""):
        after = before.clone()
        operation.state_forwards("ledger", after)
        connection.ensure_connection()
        theirs = {} if trouble else {"ledger_account": read_columns(connection.connection, "ledger_account")}
        mover = _Mover(current_map().context("ledger"), frozenset({"ledger"}), writes_here, theirs, trouble)
        return list(_problems("default", mover, "ledger", before, after))

    return judge


@pytest.mark.parametrize(
    ("operation", "writes_here", "said"),
    [
        (LIMIT, True, [MISSING]),
        (OPTIONAL_LIMIT, True, [MISSING]),
        (LIMIT, False, ["ledger_account.limit (integer) is on the other side only, where it must have a value"]),
        (OPTIONAL_LIMIT, False, []),
        (NO_BALANCE, True, ["ledger_account.balance (numeric(12,2)) is on the other side only, where it must have a value"]),
        (NO_BALANCE, False, ["ledger_account.balance (numeric(12,2)) is missing on the other side"]),
        (migrations.AddIndex("account", models.Index(fields=["balance"], name="by_balance")), True, []),
        (migrations.RunPython(migrations.RunPython.noop), True, []),
        (migrations.RenameModel("Account", "Purse"), True, ["ledger_account is gone or renamed"]),
    ],
)  # fmt: skip
def test_a_migration_is_judged_by_what_the_follower_would_say_after_it(judged, operation, writes_here, said):
    assert judged(operation, writes_here=writes_here) == said


def test_a_changed_column_is_held_where_the_other_side_cannot_be_seen(judged):
    [said] = judged(OPTIONAL_LIMIT, writes_here=True, trouble="no route to host")

    assert said == "what ledger has on the other side could not be seen: no route to host"
    assert judged(migrations.RunPython(migrations.RunPython.noop), writes_here=True, trouble="no route") == []
