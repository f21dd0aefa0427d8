"""The records of the room MOVE: extractions and the runs of their steps."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from boundaries.strangler.models import Extraction, StepRun
from boundaries.watch.admin.record import ContextFilter, RecordAdmin, badge


@admin.register(Extraction)
class ExtractionAdmin(RecordAdmin):
    """How far each context has come; its steps are run on its page in the control room."""

    list_display = ("context", "reached", "wanted", "updated_at", "page")
    ordering = ("context",)

    @admin.display(description="steps")
    def page(self, row: Extraction) -> SafeString:
        """The way to the steps."""
        url = reverse(
            "admin:boundaries_watch_extraction", args=[row.context], current_app=self.admin_site.name
        )
        return format_html('<a href="{}">open in the control room</a>', url)


@admin.register(StepRun)
class StepRunAdmin(RecordAdmin):
    """Who ran which step, when, why, and how it ended."""

    list_display = ("started_at", "context", "step", "result_badge", "took", "who", "why")
    list_filter = ("result", ContextFilter, "step")
    search_fields = ("who", "why")
    date_hierarchy = "started_at"

    @admin.display(description="result", ordering="result")
    def result_badge(self, row: StepRun) -> SafeString:
        """How it ended."""
        return badge(row.result, row.get_result_display())

    @admin.display(description="seconds")
    def took(self, row: StepRun) -> str:
        """How long it took, once it has ended."""
        return f"{row.seconds:.1f}" if row.finished_at else ""
