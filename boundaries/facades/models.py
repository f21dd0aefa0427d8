"""What does the kit remember about calls?"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone


class RouteMode(models.TextChoices):
    """Who answers queries."""

    LOCAL = "local", "local: this process answers"
    SHADOW = "shadow", "shadow: local answers, the service is asked too and compared"
    CANARY = "canary", "canary: the service answers a share of the callers"
    REMOTE = "remote", "remote: the service answers"
    VERIFY_REMOTE = "verify_remote", "verify remote: the service answers, local is asked too and compared"


class Route(models.Model):
    """Who answers the queries of a context, or of one of its operations (`operation` empty: all of them)."""

    context = models.CharField(max_length=100)
    operation = models.CharField(max_length=100, blank=True, default="")
    mode = models.CharField(max_length=20, choices=RouteMode, default=RouteMode.LOCAL)
    percent = models.DecimalField(
        max_digits=5, decimal_places=2, default=0, help_text="share of the callers, for canary"
    )
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "boundaries_facades_route"
        constraints = [models.UniqueConstraint(fields=["context", "operation"], name="boundaries_route_once")]
        permissions = [("change_routes", "Can change who answers queries")]

    def __str__(self) -> str:
        return f"{self.context}.{self.operation or '*'} → {self.mode}"


class RouteChange(models.Model):
    """Who changed a route, when and why. Written with the change, never altered."""

    context = models.CharField(max_length=100, db_index=True)
    operation = models.CharField(max_length=100, blank=True, default="")
    old = models.CharField(max_length=40)
    new = models.CharField(max_length=40)
    who = models.CharField(max_length=200)
    why = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "boundaries_facades_route_change"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.context}.{self.operation or '*'}: {self.old} → {self.new}"


class Ownership(models.Model):
    """Who may write a context, as this database sees it. The mover writes it; everybody else only reads.

    `open`: this database accepts the writes. `epoch` grows with each switch and never shrinks. `drained` is the epoch
    for which this database has everything that the other side had, so that it may be opened for that epoch.

    `server` and `other_server` are the servers (system identifier, timeline) that both sides ran on when the mover last
    looked, each with its start. While `halted` holds a reason, neither side accepts a write.
    """

    context = models.CharField(max_length=100, primary_key=True)
    open = models.BooleanField()
    epoch = models.BigIntegerField(default=1)
    drained = models.BigIntegerField(default=0)
    address = models.CharField(
        max_length=300, blank=True, default="", help_text="where the other side is served"
    )
    server = models.CharField(max_length=60, blank=True, default="", db_default="")
    started_at = models.DateTimeField(null=True)
    other_server = models.CharField(max_length=60, blank=True, default="", db_default="")
    other_started_at = models.DateTimeField(null=True)
    halted = models.TextField(
        blank=True, default="", db_default="", help_text="why nobody may write until `recover` has been run"
    )

    class Meta:
        db_table = "boundaries_facades_ownership"
        verbose_name_plural = "ownership"

    def __str__(self) -> str:
        return f"{self.context}: {'open' if self.open else 'closed'}, epoch {self.epoch}"


class Freshness(models.Model):
    """How far this database, as the copy of a context, has caught up with the owner.

    `tick` is a number drawn from the owner's sequence `boundaries_facades_tick` before the snapshot that was applied
    last: everything that the owner had committed when it drew a smaller number is here.

    Each batch of changes is counted on both sides: `applied` is this database's count, `seen` the other one's as far
    as it is known here to be committed. A database whose `applied` is below the other's `seen` has gone back in time.
    """

    context = models.CharField(max_length=100, primary_key=True)
    tick = models.BigIntegerField(default=0)
    applied_at = models.DateTimeField(default=timezone.now)
    applied = models.BigIntegerField(default=0, db_default=0)
    seen = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "boundaries_facades_freshness"
        verbose_name_plural = "freshness"

    def __str__(self) -> str:
        return f"{self.context}: tick {self.tick}"


class Receipt(models.Model):
    """That a command with this key has run, and what it answered. Moves with its context."""

    pk = models.CompositePrimaryKey("context", "key")
    context = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    operation = models.CharField(max_length=100)
    digest = models.CharField(max_length=32, help_text="of the arguments")
    answer = models.TextField(null=True, help_text="JSON")
    is_error = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "boundaries_facades_receipt"
        indexes = [models.Index(fields=["context", "created_at"], name="boundaries_receipt_age")]

    def __str__(self) -> str:
        return f"{self.context}.{self.operation} {self.key}"


class CallTally(models.Model):
    """How many calls to the other side of a context were made from this deployable, and how many got no usable answer."""

    context = models.CharField(max_length=100, primary_key=True)
    calls = models.BigIntegerField(default=0)
    failures = models.BigIntegerField(default=0, help_text="no usable answer came")

    class Meta:
        db_table = "boundaries_facades_call_tally"
        verbose_name_plural = "call tallies"

    def __str__(self) -> str:
        return f"{self.context}: {self.failures} of {self.calls}"


class HeldCall(models.Model):
    """A place that calls an operation while it holds a transaction open; once the context is remote, commands are refused."""

    context = models.CharField(max_length=100)
    operation = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, help_text="command or query")
    place = models.CharField(max_length=300, help_text="file:line")
    count = models.BigIntegerField(default=1)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "boundaries_facades_held_call"
        constraints = [
            models.UniqueConstraint(
                fields=["context", "operation", "place"], name="boundaries_held_call_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.context}.{self.operation} at {self.place}"


class Side(models.Model):
    """Which deployable this database belongs to; one row. A process of another side refuses to start on it."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=100)
    database_id = models.UUIDField(default=uuid.uuid4)

    class Meta:
        db_table = "boundaries_facades_side"

    def __str__(self) -> str:
        return self.name


class ShadowTally(models.Model):
    """How many answers of one operation were compared, and how many differed."""

    context = models.CharField(max_length=100)
    operation = models.CharField(max_length=100)
    calls = models.BigIntegerField(default=0)
    mismatches = models.BigIntegerField(default=0)
    inconclusive = models.BigIntegerField(
        default=0, help_text="the control itself changed while it was compared"
    )
    failures = models.BigIntegerField(default=0, help_text="the candidate did not answer")
    dropped = models.BigIntegerField(default=0, help_text="the pool was full")

    class Meta:
        db_table = "boundaries_facades_shadow_tally"
        verbose_name_plural = "shadow tallies"
        constraints = [models.UniqueConstraint(fields=["context", "operation"], name="boundaries_tally_once")]

    def __str__(self) -> str:
        return f"{self.context}.{self.operation}: {self.mismatches} of {self.calls}"


class Mismatch(models.Model):
    """One kind of difference between control and candidate, counted; the values are redacted to their shape."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    context = models.CharField(max_length=100)
    operation = models.CharField(max_length=100)
    signature = models.CharField(max_length=64)
    differences = models.JSONField(default=list)
    count = models.BigIntegerField(default=1)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "boundaries_facades_mismatch"
        verbose_name_plural = "mismatches"
        constraints = [
            models.UniqueConstraint(
                fields=["context", "operation", "signature"], name="boundaries_mismatch_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.context}.{self.operation}: {self.count}"
