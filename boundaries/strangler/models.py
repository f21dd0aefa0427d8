"""How far has each context come, and who brought it there?"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

FOLLOWER_SECONDS = 5.0
# A report may be written while the question is on its way.
SKEW_SECONDS = 1.0


# The key in an extraction's facts under which `complete` notes that there is no way back any more.
LEFT = "left"


class Wanted(models.TextChoices):
    """What `boundaries follow` keeps true between the steps."""

    STOPPED = "stopped", "stopped: nothing is replicated"
    FOLLOWING = "following", "following: the closed side is kept equal to the open one"


class ExtractionQuerySet(models.QuerySet["Extraction"]):
    """Extractions, with the time if asked for."""

    def timed(self) -> ExtractionQuerySet:
        """Each with the time of the database at which it was read: no two machines' clocks are ever compared."""
        return self.annotate(now=Now())


class Extraction(models.Model):
    """One context on its way out. Who owns the writes is not here but in the ownership rows."""

    context = models.CharField(max_length=100, primary_key=True)
    reached = models.CharField(max_length=40, blank=True, default="", help_text="the last step that is done")
    wanted = models.CharField(max_length=20, choices=Wanted, default=Wanted.STOPPED)
    facts = models.JSONField(default=dict, help_text="figures of the last run of each step")
    follower = models.JSONField(default=dict, help_text="what the follower last said of itself")
    updated_at = models.DateTimeField(default=timezone.now)

    objects = ExtractionQuerySet.as_manager()

    class Meta:
        db_table = "boundaries_strangler_extraction"
        permissions = [
            ("run_steps", "Can run the steps of an extraction"),
            ("switch_writes", "Can switch writes and roll them back"),
        ]

    def __str__(self) -> str:
        return f"{self.context}: {self.reached or 'nothing done yet'}"

    @property
    def silent_seconds(self) -> float | None:
        """How long the follower had said nothing when this was read with `timed()`; None if it never has.

        Less than nothing after the database's clock was set back: then the report says nothing about now.
        """
        now = getattr(self, "now", None)
        return round(now.timestamp() - self.follower["at"], 1) if now and self.follower else None

    @property
    def is_followed(self) -> bool:
        """Whether the follower has reported in the last seconds, and no trouble."""
        silent = self.silent_seconds
        is_recent = silent is not None and -SKEW_SECONDS <= silent < FOLLOWER_SECONDS
        return is_recent and not self.follower.get("error")


def forget_verify(context: str) -> None:
    """The last comparison says nothing any more: a side is not the one that was compared."""
    for extraction in Extraction.objects.filter(pk=context):
        if extraction.facts.pop("verify", None) is not None:
            extraction.save(update_fields=["facts"])


class BakeState(models.TextChoices):
    """Where a bake stands."""

    ARMED = "armed", "armed: begins when the writes are switched"
    BAKING = "baking", "baking: the service is watched"
    PASSED = "passed", "passed: the service bore it"
    GOING_BACK = "going back", "going back: the follower takes the writes back"
    WENT_BACK = "went back", "went back: the monolith owns the writes"
    ENDED = "ended", "ended: somebody went back before"


class Bake(models.Model):
    """Until when a service is watched that has just been given the writes, and when they are taken back; see `bake.py`."""

    context = models.CharField(max_length=100, primary_key=True)
    state = models.CharField(max_length=20, choices=BakeState, default=BakeState.ARMED)
    seconds = models.FloatField()
    most_errors = models.FloatField(help_text="failures per call beyond which it goes back")
    probe = models.TextField(blank=True, default="", help_text="a command, or a URL")
    who = models.CharField(max_length=200)
    started_at = models.DateTimeField(null=True)
    calls = models.BigIntegerField(default=0, help_text="at the start")
    failures = models.BigIntegerField(default=0, help_text="at the start")
    reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "boundaries_strangler_bake"

    def __str__(self) -> str:
        return f"{self.context}: {self.state}"


class StepRun(models.Model):
    """One run of one step: who, when, why, through which gates, with which figures. Kept for good."""

    class Result(models.TextChoices):
        """How a run ended."""

        RUNNING = "running", "running"
        OK = "ok", "done"
        REFUSED = "refused", "refused by a gate"
        FAILED = "failed", "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    context = models.CharField(max_length=100, db_index=True)
    step = models.CharField(max_length=40)
    result = models.CharField(max_length=20, choices=Result, default=Result.RUNNING)
    who = models.CharField(max_length=200)
    why = models.TextField(blank=True, default="")
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    gates = models.JSONField(default=list)
    figures = models.JSONField(default=dict)
    progress = models.JSONField(default=dict)
    problem = models.TextField(blank=True, default="")

    class Meta:
        db_table = "boundaries_strangler_step_run"
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.context} {self.step}: {self.result}"

    @property
    def seconds(self) -> float:
        """How long it has taken, or is taking."""
        return round(((self.finished_at or timezone.now()) - self.started_at).total_seconds(), 3)
