"""How does the admin show and search what lies in another context?"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from boundaries.facades import resolution
from boundaries.facades.reference import Reference

# More would make the page's filter longer than a database likes.
_MOST_FOUND = 200


class ReferenceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A ModelAdmin whose `list_display` may name references: shown by label, one call of the facade a page.

    `search_references` names those whose label the search box looks through, by the facade's operation that `finds`.
    While the other context does not answer, identities are shown and its rows are not found; the page stands.
    """

    search_references: tuple[str, ...] = ()

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The columns, with each reference by its label."""
        return [self._column(name) for name in super().get_list_display(request)]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The page, with the labels of all its rows."""
        changelist = super().get_changelist_instance(request)
        columns = [item for item in changelist.list_display if isinstance(item, _Column)]
        for column in columns:
            column.labels = resolution.labels(column.field, changelist.result_list)
        return changelist

    def get_search_fields(self, request: HttpRequest) -> Any:
        """At least one, so that there is a search box."""
        return super().get_search_fields(request) or (("pk__exact",) if self.search_references else ())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What the model's own columns give, and the rows that point at what the other contexts find."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        points = Q()
        for name in self.search_references if search_term else ():
            field = _reference(self.model, name)
            # A foreign key that is about to become one has no label to look for yet.
            keys = resolution.find(field, text=search_term, limit=_MOST_FOUND) if field else []
            if keys:
                points |= Q(**{f"{field.attname}__in": keys})
        return (found | queryset.filter(points) if points else found), may_repeat

    def _column(self, name: Any) -> Any:
        field = _reference(self.model, name) if isinstance(name, str) else None
        return _Column(field) if field else name


class _Column:
    """One column of a change list: the label of what a row points at."""

    def __init__(self, field: Reference) -> None:
        self.field = field
        self.labels: dict[Any, str] = {}
        self.__name__ = field.name
        self.short_description = field.verbose_name
        self.admin_order_field = field.attname

    def __call__(self, row: Model) -> str | None:
        return self.labels.get(getattr(row, self.field.attname))


def _reference(model: type[Model], name: str) -> Any:
    """The reference of that name; None for any other column."""
    fields: dict[str, Any] = {field.name: field for field in model._meta.get_fields()}
    found = fields.get(name.removesuffix("_id"))
    return found if isinstance(found, Reference) else None
