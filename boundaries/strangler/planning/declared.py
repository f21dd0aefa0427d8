"""What does the map say of a context that its move depends on?"""

from __future__ import annotations

from collections.abc import Iterable

from boundaries.contexts.map import Context
from boundaries.strangler.planning.facts import Declaration


def declaration_of(context: Context, *, problems: Iterable[str] = ()) -> Declaration:
    """What the map says; `problems` tell what does not open at the door."""
    service = context.service
    return Declaration(
        facade=context.facade,
        implementation=context.implementation,
        claims_models=context.models,
        has_service=service is not None,
        service_url=service.url if service else None,
        service_database=service.database if service else None,
        problems=tuple(problems),
        says_calls=context.calls is not None,
    )
