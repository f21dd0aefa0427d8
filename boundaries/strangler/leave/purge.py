"""When may the retired tables be dropped for good?"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from boundaries.conf import setting
from boundaries.errors import BoundaryError
from boundaries.strangler.duration import in_words
from boundaries.strangler.leave.migration import MigrationFile, purge_migrations
from boundaries.strangler.models import LEFT, Extraction


class NotRetainedLongEnough(BoundaryError):
    """Raised when retired tables are to be dropped too early, or by somebody who cannot know."""

    code = "BD868"
    problem = "The retired tables of {context} may be dropped after {needed}; {figure}."
    remedy = "Wait. They are all that the monolith has of its old rows; BOUNDARIES['RETENTION_SECONDS'] says how long."


def write_purge(context: str) -> list[MigrationFile]:
    """Write the purge-migration of each app, if the tables were retired long enough ago; those written now.

    :raises NotRetainedLongEnough: when they were not, as the database says that this process uses.
    """
    needed = setting("RETENTION_SECONDS")
    extraction = Extraction.objects.filter(pk=context).first()
    left = extraction.facts.get(LEFT) if extraction else None
    if left is None:
        figure = "this database does not know that it has left"
        raise NotRetainedLongEnough(context=context, needed=in_words(needed), figure=figure)
    age = (timezone.now() - datetime.fromisoformat(left["at"])).total_seconds()
    if age < needed:
        figure = f"`complete` was {in_words(age)} ago"
        raise NotRetainedLongEnough(context=context, needed=in_words(needed), figure=figure)
    written = [migration for migration in purge_migrations(context) if not migration.is_written]
    for migration in written:
        migration.path.write_text(migration.text, encoding="utf-8")
    return written
