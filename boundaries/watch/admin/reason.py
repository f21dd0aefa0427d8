"""How does an action on rows ask for its reason? On a page between, which shows the equivalent commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

from boundaries.errors import BoundaryError

MOST_ROWS = 200


class ReasonForm(forms.Form):
    """Why somebody does it; kept."""

    reason = forms.CharField(
        max_length=500, widget=forms.TextInput(attrs={"class": "vTextField", "autofocus": True})
    )


@dataclass(frozen=True, slots=True)
class RowAction:
    """What an action does to one row, and how it is called on the command line."""

    name: str
    title: str
    explanation: str
    do: Callable[[Any, str], None]
    command: Callable[[Any, str], str]
    is_destructive: bool = False

    def apply(
        self, model_admin: admin.ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Any]
    ) -> TemplateResponse | None:
        """Ask for the reason; with one, act on each row, and say which of them refused and why."""
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        chosen = list(rows[:MOST_ROWS])
        if not form.is_valid():
            return self._ask(model_admin, request, chosen, form)
        done = [row for row in chosen if self._act(model_admin, request, row, form.cleaned_data["reason"])]
        if done:
            messages.success(request, f"{self.title}: {len(done)} done.")
        return None

    def _act(self, model_admin: admin.ModelAdmin[Any], request: HttpRequest, row: Model, reason: str) -> bool:
        try:
            self.do(row, reason)
        except BoundaryError as refusal:
            messages.error(request, refusal.render())
            return False
        model_admin.log_change(request, row, f"{self.title}: {reason}")
        return True

    def _ask(
        self, model_admin: admin.ModelAdmin[Any], request: HttpRequest, rows: list[Any], form: ReasonForm
    ) -> TemplateResponse:
        context = {
            **model_admin.admin_site.each_context(request),
            "title": self.title,
            "opts": model_admin.opts,
            "action": self,
            "form": form,
            "rows": [(row, self.command(row, form.data.get("reason") or "…")) for row in rows],
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "boundaries_watch/reason.html", context)
