"""The records of the room CALL: routes and their changes, owners, freshness, comparisons."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString

from boundaries.contexts.map import current_map
from boundaries.errors import BoundaryError
from boundaries.facades import routing
from boundaries.facades.models import (
    Freshness,
    HeldCall,
    Mismatch,
    Ownership,
    Route,
    RouteChange,
    RouteMode,
    ShadowTally,
)
from boundaries.watch.admin.record import AnyModelForm, ContextFilter, RecordAdmin, badge


class RouteForm(AnyModelForm):
    """A route with the reason for its change."""

    reason = forms.CharField(max_length=500, widget=forms.TextInput(attrs={"class": "vTextField"}))

    class Meta:
        model = Route
        fields = ("context", "operation", "mode", "percent")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "context" in self.fields:
            self.fields["context"] = forms.ChoiceField(
                choices=[(name, name) for name in current_map().contexts]
            )
            self.fields[
                "operation"
            ].help_text = "empty: all operations of the context that have no route of their own"

    def clean(self) -> dict[str, Any]:
        """A canary needs a share, and nothing else has one."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        percent = values.get("percent") or 0
        if values.get("mode") != RouteMode.CANARY:
            values["percent"] = 0
        elif not 0 < percent < 100:
            raise ValidationError(
                {"percent": "A canary answers more than 0 and less than 100 percent of the callers."}
            )
        return values


@admin.register(Route)
class RouteAdmin(RecordAdmin):
    """Who answers queries. Saved by the function that `boundaries route` calls, with a row in the audit."""

    form = RouteForm
    list_display = ("context", "operation", "mode_badge", "percent", "changed_at")
    list_filter = ("mode",)
    search_fields = ("context", "operation")
    ordering = ("context", "operation")

    @admin.display(description="queries", ordering="mode")
    def mode_badge(self, route: Route) -> SafeString:
        """The mode."""
        return badge(route.mode)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Those who may change routes."""
        return request.user.has_perm("boundaries_facades.change_routes")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Those who may change routes."""
        return request.user.has_perm("boundaries_facades.change_routes")

    def get_readonly_fields(self, request: HttpRequest, obj: Route | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """Which queries a route is about is settled when it is made."""
        return ("context", "operation") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Route | None = None) -> tuple[str, ...]:
        """With the reason, for those who may give one."""
        shown = ("context", "operation", "mode", "percent")
        return (*shown, "reason") if self.has_change_permission(request, obj) else (*shown, "changed_at")

    def save_model(self, request: HttpRequest, obj: Route, form: Any, change: bool) -> None:  # noqa: ARG002
        """Through `set_route`, which checks and records the change."""
        routing.set_route(
            context=obj.context, operation=obj.operation, mode=obj.mode, percent=float(obj.percent),
            who=request.user.get_username(), why=form.cleaned_data["reason"],
        )  # fmt: skip
        obj.pk = Route.objects.get(context=obj.context, operation=obj.operation).pk

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """A refusal is shown with its remedy, on the form it came from."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except BoundaryError as refusal:
            messages.error(request, refusal.render())
            return HttpResponseRedirect(request.get_full_path())

    def response_change(self, request: HttpRequest, obj: Route) -> HttpResponse:
        """Back to the list."""
        messages.success(request, f"Queries of {obj.context}.{obj.operation or '*'}: {obj.mode}.")
        return self.response_post_save_change(request, obj)


@admin.register(RouteChange)
class RouteChangeAdmin(RecordAdmin):
    """Who changed a route, when and why."""

    list_display = ("at", "context", "operation", "old", "new", "who", "why")
    list_filter = (ContextFilter,)
    search_fields = ("context", "operation", "who", "why")
    date_hierarchy = "at"


@admin.register(Ownership)
class OwnershipAdmin(RecordAdmin):
    """Who may write, as this database sees it."""

    list_display = ("context", "state", "epoch", "drained", "address")
    ordering = ("context",)

    @admin.display(description="this database is", ordering="open")
    def state(self, row: Ownership) -> SafeString:
        """Open for writes, or closed."""
        return badge("open" if row.open else "closed")


@admin.register(Freshness)
class FreshnessAdmin(RecordAdmin):
    """How far this database has caught up, as the copy of a context."""

    list_display = ("context", "tick", "applied_at")
    ordering = ("context",)


@admin.register(ShadowTally)
class ShadowTallyAdmin(RecordAdmin):
    """How many answers were compared."""

    list_display = ("context", "operation", "calls", "mismatches", "inconclusive", "failures", "dropped")
    list_filter = (ContextFilter,)
    ordering = ("context", "operation")


@admin.register(HeldCall)
class HeldCallAdmin(RecordAdmin):
    """The places that call an operation inside their own transaction; a switch of the writes waits for them to go."""

    list_display = ("context", "operation", "kind", "place", "count", "first_at", "last_at")
    list_filter = (ContextFilter, "kind")
    ordering = ("-last_at", "pk")


@admin.register(Mismatch)
class MismatchAdmin(RecordAdmin):
    """The differences between the monolith's answers and the service's, each kind counted."""

    list_display = ("context", "operation", "count", "first_difference", "first_at", "last_at")
    list_filter = (ContextFilter,)
    ordering = ("-last_at", "pk")

    @admin.display(description="difference")
    def first_difference(self, row: Mismatch) -> str:
        """The first of them; all are on the row's page."""
        return str(row.differences[0])[:120] if row.differences else ""
