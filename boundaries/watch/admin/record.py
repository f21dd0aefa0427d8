"""How does the admin show a record of what happened? To be read, never to be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from boundaries.contexts.map import current_map

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[Any]
    AnyTabularInline = admin.TabularInline[Any, Any]
    AnyModelForm = ModelForm[Any]
else:
    # Django's own classes take no type arguments at run time.
    AnyModelAdmin, AnyTabularInline, AnyModelForm = admin.ModelAdmin, admin.TabularInline, ModelForm


class RecordAdmin(AnyModelAdmin):
    """Shows rows; adds, changes and deletes none. Counting the whole table is left out: it may be long."""

    show_full_result_count = False
    list_per_page = 50
    actions_on_bottom = False

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nobody: records are written by what they record."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:  # noqa: ARG002
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:  # noqa: ARG002
        """Nobody; old events are deleted by `boundaries outbox prune`."""
        return False

    class Media:
        css = {"all": ["boundaries_watch/control_room.css"]}


class ContextFilter(admin.SimpleListFilter):
    """By context, as the map declares them: no look through a long table for the names in it."""

    title = "context"
    parameter_name = "context"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        """Every declared context."""
        return [(name, name) for name in current_map().contexts]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:  # noqa: ARG002
        """The rows of the chosen one."""
        return queryset.filter(context=self.value()) if self.value() else queryset


_TONES = {
    "good": {"ok", "done", "sent", "COMPLETED", "open"},
    "bad": {"failed", "dead", "NEEDS_ATTENTION"},
    "odd": {"refused", "running", "pending", "RUNNING", "COMPENSATING", "started", "closed"},
}


def badge(value: str, text: str = "") -> SafeString:
    """A state as a small coloured word; the word itself says it too, for those who see no colours."""
    tone = next((tone for tone, values in _TONES.items() if value in values), "plain")
    return format_html(
        '<span class="bw-badge bw-{}">{}</span>', tone, text or value.lower().replace("_", " ")
    )
