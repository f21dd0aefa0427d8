"""How is the project started in a rehearsal?

`[tool.boundaries.rehearsal]` names commands; words in braces are filled in:

    seed       = "python manage.py seed_travel --bookings {bookings} --seed {seed}"   when the database is empty
    web        = "gunicorn shop.wsgi --bind 127.0.0.1:{port}"
    processes  = ["boundaries outbox relay", "celery --app shop worker"]              whatever else runs beside it
    load       = "python -m shop.traffic --url {url} --rate {rate} --journal {journal} --seed {seed}"
    capacity   = "python -m shop.traffic --url {url} --capacity --seconds {seconds}"  prints {"rps": number}
    audit      = "python -m shop.audit --journal {journal} --owner {owner_database}"  prints the audit's JSON
    [tool.boundaries.rehearsal.environment]   variables for every process
    [tool.boundaries.rehearsal.companions.processor]                                  processes of somebody else
    command = "python -m shop.processor --port {port}"
    url_variable = "CARD_PROCESSOR_URL"

The service's processes are those of its own Procfile; `service_database` is its application's login
(`env:NAME` or a URL).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from boundaries.contexts.map import Context, ContextMap
from boundaries.errors import BoundaryError


class RehearsalUndeclared(BoundaryError):
    """Raised when the map does not say how to start the project."""

    code = "BD560"
    problem = "[tool.boundaries.rehearsal] lacks {key!r}."
    remedy = "boundaries/strangler/rehearsal/configuration.py documents the table, with an example."


class VariableMissing(BoundaryError):
    """Raised when a rehearsal needs a login that the environment does not hold."""

    code = "BD561"
    problem = "{variable} is not set; the rehearsal needs it for {purpose}."
    remedy = "`make rehearse` starts servers of its own and sets it; for yours, set it to a URL."


@dataclass(frozen=True, slots=True)
class Companion:
    """A process that belongs to somebody else, such as a payment provider's simulation."""

    name: str
    command: str
    url_variable: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """The table of the map, and the logins from the environment. All URLs name the databases that are copied."""

    web: str
    load: str
    capacity: str
    audit: str
    seed: str | None
    processes: tuple[str, ...]
    environment: Mapping[str, str]
    companions: tuple[Companion, ...]
    service_database: str
    application_database: str
    mover_database: str
    service_mover_database: str
    service_url_variable: str
    service_database_variable: str


def read_configuration(context_map: ContextMap, context: Context) -> Configuration:
    """The rehearsal as the map declares it.

    :raises RehearsalUndeclared: naming the missing key.
    :raises VariableMissing: naming the missing variable.
    """
    table: Mapping[str, Any] = context_map.rehearsal
    service = context.service
    if (
        service is None
        or not (service.url or "").startswith("env:")
        or not (service.database or "").startswith("env:")
    ):
        raise RehearsalUndeclared(
            key=f'service.url = "env:..." and service.database = "env:..." of {context.name}'
        )
    companions = table.get("companions", {})
    return Configuration(
        web=_required(table, "web"),
        load=_required(table, "load"),
        capacity=_required(table, "capacity"),
        audit=_required(table, "audit"),
        seed=table.get("seed"),
        processes=tuple(table.get("processes", ())),
        environment={name: str(value) for name, value in table.get("environment", {}).items()},
        companions=tuple(
            Companion(name, _required(item, "command"), _required(item, "url_variable"))
            for name, item in companions.items()
        ),
        service_database=_resolve(_required(table, "service_database"), "the service's own login"),
        application_database=_resolve("env:DATABASE_URL", "the monolith's own login"),
        mover_database=_resolve("env:BOUNDARIES_MOVER_URL", "the mover's login on the monolith's database"),
        service_mover_database=_resolve(str(service.database), "the mover's login on the service's database"),
        service_url_variable=str(service.url).removeprefix("env:"),
        service_database_variable=str(service.database).removeprefix("env:"),
    )


def _required(table: Mapping[str, Any], key: str) -> str:
    if not table.get(key):
        raise RehearsalUndeclared(key=key)
    return str(table[key])


def _resolve(value: str, purpose: str) -> str:
    if not value.startswith("env:"):
        return value
    variable = value.removeprefix("env:")
    if not os.environ.get(variable):
        raise VariableMissing(variable=variable, purpose=purpose)
    return os.environ[variable]
