"""The records of the room TELL: events, deliveries with their dead letters, sagas with their steps."""

from __future__ import annotations

import shlex

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString

from boundaries.messaging import outbox, saga_operator
from boundaries.messaging.models import Delivery, Event, SagaInstance, SagaStep
from boundaries.watch.admin.reason import RowAction
from boundaries.watch.admin.record import AnyTabularInline, ContextFilter, RecordAdmin, badge

RETRY_DELIVERY = RowAction(
    "retry", "Retry deliveries", "Each gets all its attempts again, from now.",
    do=lambda row, _reason: outbox.retry(row.pk), command=lambda row, _reason: f"boundaries outbox retry {row.pk}",
)  # fmt: skip
SKIP_DELIVERY = RowAction(
    "skip", "Let deliveries go", "Their consumers never get these events; the later ones of the same key go on.",
    do=lambda row, reason: outbox.skip(row.pk, reason=reason),
    command=lambda row, reason: f"boundaries outbox skip {row.pk} --reason {shlex.quote(reason)}",
    is_destructive=True,
)  # fmt: skip
RETRY_SAGA = RowAction(
    "retry", "Let sagas go on", "Each goes on the way it was going, with all attempts again; a worker takes it up.",
    do=lambda row, _reason: saga_operator.retry(row.pk), command=lambda row, _reason: f"boundaries saga retry {row.pk}",
)  # fmt: skip
COMPENSATE_SAGA = RowAction(
    "compensate", "Turn sagas round", "What they have done is undone, in reverse order; a worker takes it up.",
    do=lambda row, _reason: saga_operator.compensate(row.pk),
    command=lambda row, _reason: f"boundaries saga compensate {row.pk}",
    is_destructive=True,
)  # fmt: skip


class RecordInline(AnyTabularInline):
    """Rows that belong to a record; as read-only as it is."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Nobody."""
        return False


class DeliveryInline(RecordInline):
    """Where an event went."""

    model = Delivery
    fields = ("consumer", "state", "attempts", "due_at", "settled_at", "last_error")
    readonly_fields = fields


@admin.register(Event)
class EventAdmin(RecordAdmin):
    """What happened."""

    list_display = ("occurred_at", "type", "aggregateid", "context", "version")
    list_filter = (ContextFilter,)
    search_fields = ("=aggregateid", "=type")
    ordering = ("-occurred_at", "pk")
    inlines = (DeliveryInline,)


@admin.register(Delivery)
class DeliveryAdmin(RecordAdmin):
    """One event on its way to one consumer; the dead letters are those in state dead."""

    list_display = ("id", "event_type", "consumer", "state_badge", "short_error")
    list_filter = ("state", ContextFilter)
    list_select_related = ("event",)
    search_fields = ("=key", "=consumer")
    ordering = ("-id",)
    actions = ("retry", "skip")

    @admin.display(description="event", ordering="event__type")
    def event_type(self, row: Delivery) -> str:
        """What happened."""
        return row.event.type

    @admin.display(description="state", ordering="state")
    def state_badge(self, row: Delivery) -> SafeString:
        """What became of it."""
        return badge(row.state)

    @admin.display(description="last error")
    def short_error(self, row: Delivery) -> str:
        """Its last line."""
        return row.last_error.strip().rpartition("\n")[2][:100]

    def has_settle_permission(self, request: HttpRequest) -> bool:
        """Who may retry and skip: those with the permission to change deliveries."""
        return request.user.has_perm("boundaries_messaging.change_delivery")

    @admin.action(description="Retry …", permissions=["settle"])
    def retry(self, request: HttpRequest, rows: QuerySet[Delivery]) -> TemplateResponse | None:
        """Give them all their attempts again."""
        return RETRY_DELIVERY.apply(self, request, rows)

    @admin.action(description="Let go …", permissions=["settle"])
    def skip(self, request: HttpRequest, rows: QuerySet[Delivery]) -> TemplateResponse | None:
        """Let their consumers do without."""
        return SKIP_DELIVERY.apply(self, request, rows)


class SagaStepInline(RecordInline):
    """What a saga has done so far."""

    model = SagaStep
    fields = (
        "position",
        "name",
        "state",
        "is_uncertain",
        "attempts",
        "last_error",
        "started_at",
        "finished_at",
    )
    readonly_fields = fields


@admin.register(SagaInstance)
class SagaInstanceAdmin(RecordAdmin):
    """Sagas and where they stand."""

    list_display = ("started_at", "name", "key", "state_badge", "cursor", "failure_code", "due_at")
    list_filter = ("state", ContextFilter)
    search_fields = ("=key",)
    ordering = ("-started_at", "pk")
    inlines = (SagaStepInline,)
    actions = ("retry", "compensate")

    @admin.display(description="state", ordering="state")
    def state_badge(self, row: SagaInstance) -> SafeString:
        """Where it stands."""
        return badge(row.state)

    @admin.display(description="failure")
    def failure_code(self, row: SagaInstance) -> str:
        """The code of the first error."""
        return str((row.failure or {}).get("code", ""))

    def has_turn_permission(self, request: HttpRequest) -> bool:
        """Who may retry and compensate: those with the permission to change sagas."""
        return request.user.has_perm("boundaries_messaging.change_sagainstance")

    @admin.action(description="Let go on …", permissions=["turn"])
    def retry(self, request: HttpRequest, rows: QuerySet[SagaInstance]) -> TemplateResponse | None:
        """Let those go on that need attention."""
        return RETRY_SAGA.apply(self, request, rows)

    @admin.action(description="Turn round …", permissions=["turn"])
    def compensate(self, request: HttpRequest, rows: QuerySet[SagaInstance]) -> TemplateResponse | None:
        """Undo those that have not passed their pivot."""
        return COMPENSATE_SAGA.apply(self, request, rows)


@admin.register(SagaStep)
class SagaStepAdmin(RecordAdmin):
    """The steps of all sagas: for those that hang, and those whose outcome is uncertain."""

    list_display = (
        "saga_name",
        "saga_key",
        "name",
        "state_badge",
        "is_uncertain",
        "attempts",
        "errors",
        "started_at",
    )
    list_filter = ("state", "is_uncertain", ContextFilter)
    list_select_related = ("saga",)
    ordering = ("-started_at", "pk")

    @admin.display(description="saga", ordering="saga__name")
    def saga_name(self, row: SagaStep) -> str:
        """Which saga."""
        return row.saga.name

    @admin.display(description="key")
    def saga_key(self, row: SagaStep) -> str:
        """Whose."""
        return row.saga.key

    @admin.display(description="state", ordering="state")
    def state_badge(self, row: SagaStep) -> SafeString:
        """What is known of it."""
        return badge(row.state)
