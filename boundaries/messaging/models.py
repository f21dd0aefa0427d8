"""What does the messaging remember?"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from boundaries.messaging.identity import new_event_id


class Event(models.Model):
    """What happened.

    Rows are only ever inserted; the columns are those that Debezium's outbox router expects.

    `aggregatetype` is the context and `aggregateid` the key, so that a router makes one topic per context and
    keeps the order within a key.
    """

    id = models.UUIDField(primary_key=True, default=new_event_id)
    aggregatetype = models.CharField(max_length=255)
    aggregateid = models.CharField(max_length=255)
    type = models.CharField(max_length=255)
    payload = models.JSONField()
    context = models.CharField(max_length=100)
    version = models.IntegerField()
    headers = models.JSONField(default=dict, help_text="correlation, causation, principal")
    occurred_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "boundaries_messaging_event"
        indexes = [
            models.Index(fields=["occurred_at"], name="boundaries_event_age"),
            models.Index(fields=["type", "id"], name="boundaries_event_type"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.aggregateid}"


class DeliveryState(models.TextChoices):
    """What became of an event for one consumer. Pending and dead ones hold back the rest of their key."""

    PENDING = "pending", "pending"
    DONE = "done", "done: the consumer's effect is committed"
    SENT = "sent", "sent: handed to the side that owns the consumer"
    DEAD = "dead", "dead letter: every attempt failed"
    SKIPPED = "skipped", "skipped: an operator let it go"


HOLDING = (DeliveryState.PENDING, DeliveryState.DEAD)


class Delivery(models.Model):
    """One event on its way to one consumer. `context` is the consumer's; `key` contains the teller's context.

    The number of the row gives the order within (consumer, key) and nothing else: rows become visible in the
    order of commits, not of numbers.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    consumer = models.CharField(max_length=200)
    context = models.CharField(max_length=100)
    key = models.CharField(max_length=400)
    state = models.CharField(max_length=20, choices=DeliveryState, default=DeliveryState.PENDING)
    attempts = models.IntegerField(
        default=0, help_text="counted when claimed, so that a killed attempt counts"
    )
    due_at = models.DateTimeField(db_default=Now())
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True, default="")

    class Meta:
        db_table = "boundaries_messaging_delivery"
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["event", "consumer"], name="boundaries_delivery_once")]
        indexes = [
            models.Index(
                fields=["id"],
                name="boundaries_delivery_first",
                condition=models.Q(state="pending", attempts=0),
            ),
            models.Index(
                fields=["due_at"],
                name="boundaries_delivery_again",
                condition=models.Q(state="pending", attempts__gt=0),
            ),
            models.Index(
                fields=["consumer", "key", "id"],
                name="boundaries_delivery_head",
                condition=models.Q(state__in=["pending", "dead"]),
            ),
            models.Index(
                fields=["settled_at"],
                name="boundaries_delivery_age",
                condition=models.Q(settled_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consumer} ← {self.event_id}: {self.state}"


class InboxMessage(models.Model):
    """That a consumer has had its effect of an event.

    Written in the effect's transaction; moves with its context.
    """

    id = models.UUIDField(primary_key=True)
    context = models.CharField(max_length=100)
    consumer = models.CharField(max_length=200)
    event_id = models.UUIDField()
    consumed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "boundaries_messaging_inbox_message"
        indexes = [models.Index(fields=["context", "consumed_at"], name="boundaries_inbox_age")]

    def __str__(self) -> str:
        return f"{self.consumer} ← {self.event_id}"


class SagaState(models.TextChoices):
    """Where a saga stands."""

    RUNNING = "RUNNING", "running"
    COMPENSATING = "COMPENSATING", "compensating"
    COMPLETED = "COMPLETED", "completed"
    COMPENSATED = "COMPENSATED", "compensated"
    NEEDS_ATTENTION = "NEEDS_ATTENTION", "needs attention"


UNFINISHED = (SagaState.RUNNING, SagaState.COMPENSATING)


class SagaInstance(models.Model):
    """One run of a saga.

    `cursor` is the number of the step that comes next; `version` stays what it was at the start.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    context = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    version = models.IntegerField()
    key = models.CharField(max_length=200)
    state = models.CharField(max_length=20, choices=SagaState, default=SagaState.RUNNING)
    held_state = models.CharField(
        max_length=20, blank=True, default="", help_text="where it was when it needed attention"
    )
    cursor = models.IntegerField(default=0)
    data = models.JSONField()
    failure = models.JSONField(null=True, help_text="code and text of the first error")
    principal = models.JSONField(null=True)
    started_at = models.DateTimeField(db_default=Now())
    deadline_at = models.DateTimeField()
    due_at = models.DateTimeField(db_default=Now(), help_text="when a worker may take it")
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "boundaries_messaging_saga_instance"
        constraints = [models.UniqueConstraint(fields=["name", "key"], name="boundaries_saga_once")]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="boundaries_saga_due",
                condition=models.Q(state__in=["RUNNING", "COMPENSATING"]),
            ),
            models.Index(fields=["context", "state"], name="boundaries_saga_state"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.key}: {self.state}"


class StepState(models.TextChoices):
    """What is known about one step of a saga."""

    STARTED = "started", "started: under way, or its worker died"
    FAILED = "failed", "failed"
    DONE = "done", "done"
    UNDONE = "undone", "undone"


class SagaStep(models.Model):
    """One step of one saga. `is_uncertain`: an attempt ended without an answer, so it may have happened."""

    id = models.UUIDField(primary_key=True)
    saga = models.ForeignKey(SagaInstance, on_delete=models.CASCADE, related_name="steps")
    context = models.CharField(max_length=100)
    name = models.CharField(max_length=100)
    position = models.IntegerField()
    state = models.CharField(max_length=20, choices=StepState, default=StepState.STARTED)
    is_uncertain = models.BooleanField(default=False)
    attempts = models.IntegerField(default=0)
    errors = models.IntegerField(default=0, help_text="failures that nobody expected")
    last_error = models.TextField(blank=True, default="")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "boundaries_messaging_saga_step"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["saga", "name"], name="boundaries_saga_step_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.state}"
