"""Does the code leave, too, and do the old tables with it? On the copies, when the traffic has ended."""

from __future__ import annotations

import json

import psycopg

from boundaries.strangler.rehearsal.measurement import Departure
from boundaries.strangler.rehearsal.source import as_owner, run_command
from boundaries.strangler.rehearsal.stand import Stand, StepEnded

_LEFT_BEHIND = """
SELECT tgname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
WHERE tgname ~ '^boundaries_' AND c.relnamespace IS DISTINCT FROM to_regnamespace('retired')
UNION ALL SELECT proname FROM pg_proc WHERE proname ~ '^boundaries_' AND pronamespace IS DISTINCT FROM to_regnamespace('retired')
UNION ALL SELECT relname FROM pg_class WHERE relname ~ '^boundaries_(log|ledger|shape|pass|stray|latch|ceiling|reserve)_'
"""
_RETIRED = "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('retired') AND relkind IN ('r', 'p') ORDER BY 1"


def take_out(stand: Stand) -> Departure:
    """Take the context's code out of the copied tree, migrate the copied database, and look what is left.

    :raises StepEnded: when the code could not be taken out.
    :raises boundaries.strangler.rehearsal.source.SeedFailed: when Django did not migrate, or wants another migration.
    """
    done = stand.run("boundaries", "extract", stand.context.name, "complete", "--write", "--json")
    if done.returncode:
        reason = done.stderr.strip().splitlines()
        raise StepEnded(
            step="complete --write", result="refused", reason=reason[-1] if reason else "no reason given", folder=stand.tree
        )  # fmt: skip
    facts = json.loads(done.stdout)
    owner = as_owner(stand.monolith_mover)
    for command in (
        "python manage.py migrate --no-input --verbosity 0",
        "python manage.py makemigrations --check",
    ):
        run_command(stand.environment(), stand.tree, command, owner)
    with psycopg.connect(stand.monolith_mover) as monolith, psycopg.connect(stand.service_mover) as service:
        left = [str(row[0]) for side in (monolith, service) for row in side.execute(_LEFT_BEHIND)]
        retired = [str(row[0]) for row in monolith.execute(_RETIRED)]
    return Departure(
        files_deleted=len(facts["deleted"]), tables_retired=tuple(retired), left_behind=tuple(left)
    )
