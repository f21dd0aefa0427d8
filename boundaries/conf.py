"""Which settings does the kit have at run time, and what do they mean?

All live in one dict of the Django settings, `BOUNDARIES`; each is declared once below. An unknown key is an error.
Anything about the shape of the project (contexts, doors, owners) is in the context map instead, not here.
"""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from typing import Any

from boundaries.errors import BoundaryError


@dataclass(frozen=True, slots=True)
class Setting:
    """One runtime setting: its name in `BOUNDARIES`, default, unit and meaning."""

    name: str
    default: Any
    unit: str
    meaning: str


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "MAP",
        None,
        "path",
        "The context map; by default the nearest boundaries.toml or pyproject.toml above BASE_DIR.",
    ),
    Setting(
        "SIDE",
        "monolith",
        "name",
        "Which deployable this is: 'monolith', or the context that this service owns.",
    ),
    Setting(
        "MONOLITH_URL",
        "env:MONOLITH_URL",
        "URL or env:NAME",
        "Where a service finds the contexts that still live in the monolith.",
    ),
    Setting(
        "MONOLITH_PUBLIC_URL",
        "env:MONOLITH_PUBLIC_URL",
        "URL or env:NAME",
        "Where browsers find the monolith, for a service's admin; MONOLITH_URL where it is not set.",
    ),
    Setting(
        "DATABASE", "default", "alias", "The database that holds the contexts' tables and the kit's own."
    ),
    Setting(
        "MOVER_DATABASE_URL",
        "env:BOUNDARIES_MOVER_URL",
        "URL or env:NAME",
        "How the mover logs in to this database; a role of its own.",
    ),
    Setting(
        "ROUTE_POLL_SECONDS",
        0.25,
        "seconds",
        "How often a process looks for changed routes and owners; 0 reads them on every call (tests).",
    ),
    Setting("CALL_TIMEOUT_SECONDS", 2.0, "seconds", "Deadline of a remote call whose operation names none."),
    Setting(
        "SWITCH_PATIENCE_SECONDS",
        5.0,
        "seconds",
        "How long a command waits for the new owner while writes are being switched.",
    ),
    Setting("RETRY_ATTEMPTS", 3, "attempts", "Most attempts of one remote call, the first included."),
    Setting(
        "RETRY_BUDGET",
        0.1,
        "ratio",
        "Retries allowed per call over the last window; beyond it calls fail at once.",
    ),
    Setting("RETRY_BASE_SECONDS", 0.05, "seconds", "First back-off; doubled each time, with full jitter."),
    Setting(
        "BREAKER_FAILURES", 5, "calls", "Consecutive transport failures that open the circuit to one service."
    ),
    Setting(
        "BREAKER_OPEN_SECONDS",
        2.0,
        "seconds",
        "How long an open circuit refuses calls before it lets one probe through.",
    ),
    Setting("BULKHEAD_CALLS", 16, "calls", "Most calls of one process to one service at the same time."),
    Setting(
        "IN_ATOMIC",
        "error",
        "error|warn|allow",
        "What to do with a remote command inside transaction.atomic().",
    ),
    Setting(
        "KEYS",
        {},
        "name → list of keys",
        "Signing keys per peer ('monolith', a context); the first signs, all verify, so keys can be rotated.",
    ),
    Setting("SIGNATURE_SECONDS", 30, "seconds", "How old a signed call may be."),
    Setting(
        "NONCE_CACHE",
        "default",
        "cache alias",
        "Where seen signatures are kept; must be shared by all processes of this deployable.",
    ),
    Setting(
        "PRINCIPAL",
        None,
        "dotted path",
        "A callable (request) → Principal | None; by default the signed-in Django user.",
    ),
    Setting(
        "REPLAY_VIEWS",
        (),
        "view names",
        "Views that may run again from the start when the owner moves under them.",
    ),
    Setting("SHADOW_WORKERS", 2, "threads", "Size of the pool that runs candidates."),
    Setting("SHADOW_QUEUE", 200, "calls", "Candidates waiting for the pool; more are dropped and counted."),
    Setting("SHADOW_SAMPLE", 1.0, "ratio", "Share of the queries that are shadowed."),
    Setting("RELAY_BATCH", 200, "deliveries", "Most deliveries that a relay claims at once."),
    Setting("RELAY_LEASE_SECONDS", 30, "seconds", "How long a claimed delivery stays with its relay."),
    Setting("DELIVERY_ATTEMPTS", 8, "attempts", "Attempts before a delivery becomes a dead letter."),
    Setting(
        "SAGA_LEASE_SECONDS",
        30,
        "seconds",
        "How long a saga may go without progress before another worker resumes it.",
    ),
    Setting("TRANSPORT", "celery", "celery|none", "How events reach contexts that live elsewhere."),
    Setting(
        "SCAFFOLD_TEMPLATES",
        None,
        "path",
        "A folder, relative to the map's root, whose templates replace those of `scaffold` that have the same name.",
    ),
    Setting(
        "HOLD_MIGRATIONS",
        1,
        "0 or 1",
        "Whether `migrate` leaves out what the follower of a moving context could not follow.",
    ),
    Setting("CHUNK_ROWS", 20_000, "rows", "Rows of one backfill chunk."),
    Setting(
        "VERIFY_SHARE",
        0.05,
        "ratio",
        "Share of its time in which the follower compares both sides again, range by range; 0 for never.",
    ),
    Setting(
        "LOG_CEILING_BYTES",
        1_073_741_824,
        "bytes",
        "How large a context's change log may grow; then its tables are compared and copied again instead.",
    ),
    Setting(
        "LOG_TABLESPACE",
        None,
        "name",
        "The tablespace of the change logs, where a side's server has it; without one they lie with the database.",
    ),
    Setting("FOLLOW_IDLE_SECONDS", 0.05, "seconds", "Pause of the follower when a log was empty."),
    Setting(
        "GATE_TIMEOUT_MS",
        250,
        "milliseconds",
        "Longest wait for the gate at the switch; writers wait no longer than this.",
    ),
    Setting("GATE_ATTEMPTS", 20, "attempts", "How often the switch asks for the gate before it gives up."),
    Setting(
        "HELD_CALL_SECONDS",
        3_600,
        "seconds",
        "How long a command called inside a caller's transaction keeps the writes from being switched.",
    ),
    Setting(
        "SWITCH_SETTLE_SECONDS",
        1.0,
        "seconds",
        "How long the switch keeps catching up before it asks for the gate; its own checks cost something too.",
    ),
    Setting(
        "STANDBY",
        "confirm",
        "confirm|risk",
        "Whether a commit that decides is waited for on the standby; with 'risk' a failover may lose what was moved.",
    ),
    Setting("STANDBY_SECONDS", 1.0, "seconds", "How long a standby may take to confirm one."),
    Setting("SWITCH_LAG_ROWS", 5_000, "rows", "Most unapplied changes at which the switch may begin."),
    Setting(
        "SOAK_SECONDS",
        14 * 86_400.0,
        "seconds",
        "How long the service must have owned the writes before `complete` ends the move; 0 only in a rehearsal.",
    ),
    Setting(
        "QUIET_SECONDS",
        7 * 86_400.0,
        "seconds",
        "How long nobody may have tried to write the old tables before `complete`.",
    ),
    Setting(
        "VERIFY_FRESH_SECONDS",
        3_600.0,
        "seconds",
        "How old the comparison may be on which `complete` relies.",
    ),
    Setting(
        "RETENTION_SECONDS",
        30 * 86_400.0,
        "seconds",
        "How long after `complete` the retired tables are kept before `complete --purge` lets them be dropped.",
    ),
    Setting(
        "RECORD_FILE",
        None,
        "path",
        "Where RecorderMiddleware appends what it sees cross contexts; without it nothing is recorded.",
    ),
    Setting("RECORD_SAMPLE", 0.01, "ratio", "Share of the requests that are recorded."),
    Setting(
        "SHADOW_CALLS_NEEDED",
        200,
        "calls",
        "Compared calls, without a mismatch, before reads may be switched.",
    ),
)

_BY_NAME = {setting.name: setting for setting in SETTINGS}


class UnknownSetting(BoundaryError):
    """Raised at start-up when `BOUNDARIES` has a key that does not exist."""

    code = "BD103"
    problem = "BOUNDARIES[{name!r}] is not a setting of the kit."
    remedy = "Did you mean {nearest!r}? All of them are listed in boundaries/conf.py."


def setting(name: str) -> Any:
    """The value of one setting: from the environment (numbers only), else the project's, else the default.

    `BOUNDARIES_SHADOW_CALLS_NEEDED=50` in the environment overrides `BOUNDARIES["SHADOW_CALLS_NEEDED"]`.
    """
    from django.conf import settings

    default = _BY_NAME[name].default
    if isinstance(default, int | float) and (forced := os.environ.get(f"BOUNDARIES_{name}")):
        return type(default)(forced)
    return getattr(settings, "BOUNDARIES", {}).get(name, default)


def named_address(name: str) -> str | None:
    """The address in a setting; `env:NAME` is looked up. None where nobody has set it."""
    value: str | None = setting(name)
    if value and value.startswith("env:"):
        value = os.environ.get(value.removeprefix("env:"))
    return value or None


def check_names() -> None:
    """Refuse unknown keys.

    :raises UnknownSetting: with the nearest right name.
    """
    from django.conf import settings

    for name in getattr(settings, "BOUNDARIES", {}):
        if name not in _BY_NAME:
            nearest = difflib.get_close_matches(name, _BY_NAME, n=1, cutoff=0.0)
            raise UnknownSetting(name=name, nearest=nearest[0])
