"""What is on the page of one extraction, and how does an operator start a step from it?"""

from __future__ import annotations

import logging
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from boundaries.errors import BoundaryError
from boundaries.strangler import figure_text
from boundaries.strangler.models import StepRun
from boundaries.strangler.operation import find_step
from boundaries.strangler.status import NOTHING_LIVE
from boundaries.strangler.step import Step
from boundaries.watch import facts as fact
from boundaries.watch import journey, run
from boundaries.watch.pages import REFRESH_SECONDS

log = logging.getLogger("boundaries.watch")


class OrderForm(forms.Form):
    """The reason; for a share of the callers its size, and for a destructive step the context's name."""

    reason = forms.CharField(
        label="Reason", max_length=500, help_text="kept with the run, for those who ask later",
        widget=forms.TextInput(attrs={"class": "vTextField", "autofocus": True}),
    )  # fmt: skip
    percent = forms.FloatField(
        label="Percent of the callers", min_value=0.01, max_value=100, initial=100,
        help_text="less than 100 is a canary: the same callers stay with the service",
    )  # fmt: skip
    to = forms.CharField(
        label="Back to", required=False, widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="the step that is to be the last one that is done; empty: one step",
    )  # fmt: skip
    accept = forms.ChoiceField(
        label="Which side is right", required=False,
        choices=[("", "compare first, change no row"), ("monolith", "the monolith's rows"), ("service", "the service's rows")],
        help_text="where rows differ after a failover or a restore; what the other side alone had is kept beside its tables",
    )  # fmt: skip
    yes = forms.CharField(
        label="Context's name", widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"})
    )

    def __init__(self, *args: Any, context: str, step: Step, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.context = context
        if step.name != "switch-reads":
            del self.fields["percent"]
        if step.name != "rollback":
            del self.fields["to"]
        if step.name == "recover":
            self.fields["yes"].required = False
            self.fields["yes"].help_text = f"type {context} to confirm, if you choose a side"
            return
        del self.fields["accept"]
        if step.destructive:
            self.fields["yes"].help_text = f"type {context} to confirm: this step changes who owns what"
        else:
            del self.fields["yes"]

    def clean_yes(self) -> str:
        """The very name."""
        typed = str(self.cleaned_data["yes"]).strip()
        if not typed and "accept" in self.fields and not self.cleaned_data.get("accept"):
            return ""
        if typed != self.context:
            raise forms.ValidationError(f"This is not the context's name; type {self.context}.")
        return typed


def page(request: HttpRequest, *, site: admin.AdminSite, context: str) -> HttpResponse:
    """Where a context stands, what comes next, and why not yet."""
    shown = {
        **site.each_context(request),
        "title": f"Extraction of {context}",
        "live_url": reverse("admin:boundaries_watch_extraction_part", args=[context], current_app=site.name),
        "refresh_seconds": REFRESH_SECONDS,
        **_parts(request, context),
    }
    return TemplateResponse(request, "boundaries_watch/extraction.html", shown)


def part(request: HttpRequest, *, site: admin.AdminSite, context: str) -> HttpResponse:  # noqa: ARG001
    """The part of the page that changes."""
    return TemplateResponse(request, "boundaries_watch/_extraction.html", _parts(request, context))


def facts(request: HttpRequest, *, site: admin.AdminSite, context: str) -> HttpResponse:  # noqa: ARG001
    """The same as JSON, without the gates."""
    return JsonResponse(journey.journey_of(context).as_dict())


def step(request: HttpRequest, *, site: admin.AdminSite, context: str, step: str) -> HttpResponse:
    """The page between a button and its effect: what will be done, the command, the reason; then do it."""
    try:
        chosen = find_step(step)
    except BoundaryError as error:
        messages.error(request, error.render())
        return _back_to(context, site)
    if not request.user.has_perm(run.permission_of(step)):
        raise PermissionDenied
    form = OrderForm(request.POST or None, context=context, step=chosen)
    order = _order(request, context, step, form)
    if order.accept and not request.user.has_perm("boundaries_strangler.switch_writes"):
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        _place(request, order)
        return _back_to(context, site)
    return _ask(request, site, chosen, order, form)


def _ask(
    request: HttpRequest, site: admin.AdminSite, chosen: Step, order: run.Order, form: OrderForm
) -> HttpResponse:
    gates = journey.gates(order.context, chosen.name, fresh_seconds=0)
    shown = {
        **site.each_context(request),
        "title": f"{order.context}: {chosen.name}",
        "context": order.context,
        "step": chosen,
        "form": form,
        "order": order,
        "is_long": chosen.name in run.LONG,
        "gates": gates,
        "refusing": [gate for gate in gates if not gate.passed],
        "lines": journey.plan_of(order.context, chosen.name, order.options),
    }
    return TemplateResponse(request, "boundaries_watch/step.html", shown)


def _order(request: HttpRequest, context: str, step: str, form: OrderForm) -> run.Order:
    """What was asked for, or what will be when the form is filled in."""
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    return run.Order(
        context=context, step=step, who=request.user.get_username(), why=given.get("reason", "…"),
        yes=context if form.fields.get("yes") and (form.fields["yes"].required or given.get("accept")) else "",
        accept=given.get("accept", ""),
        percent=given.get("percent", 100.0) if "percent" in form.fields else None, to=given.get("to", ""),
    )  # fmt: skip


def _place(request: HttpRequest, order: run.Order) -> None:
    """Run or start it, and say how it went; every way of failing is a message."""
    try:
        done = run.place(order)
    except BoundaryError as refusal:
        messages.error(request, refusal.render())
        return
    except Exception as error:
        log.exception("%s failed", order.command)
        messages.error(
            request, f"{order.context} {order.step} failed: {error} Run it again when the cause is removed."
        )
        return
    if done.result == StepRun.Result.RUNNING:
        messages.info(request, f"{order.context} {order.step} was started; this page follows it.")
    elif done.result == StepRun.Result.OK:
        said = done.figures.get("said") or f"done in {done.seconds:.1f} s."
        messages.success(request, f"{order.context} {order.step}: {said}")
    else:
        messages.error(request, done.problem)


def _parts(request: HttpRequest, context: str) -> dict[str, Any]:
    """All that the changing part shows."""
    found = journey.journey_of(context)
    overview = fact.overview()
    gates = (
        journey.gates(context, found.summary.next) if found.summary.next and not found.is_under_way else []
    )
    now = {**found.status, **(journey.live(context) if found.summary.follower.is_wanted else NOTHING_LIVE)}
    return {
        "context": context,
        "journey": found,
        "figures": figure_text.lines(now) if now["live"] else [],
        "standbys": now["standbys"],
        "tables": figure_text.rows(now["live"]["tables"]) if now["live"] else [],
        "follower": found.summary.follower,
        "context_facts": next(one for one in overview.contexts if one.name == context),
        "last": found.runs[0] if found.runs else None,
        "gates": gates,
        "refusing": [gate for gate in gates if not gate.passed],
        "next_step": find_step(found.summary.next) if found.summary.next else None,
        "may_run": request.user.has_perm("boundaries_strangler.run_steps"),
        "may_switch": request.user.has_perm("boundaries_strangler.switch_writes"),
    }


def _back_to(context: str, site: admin.AdminSite) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse("admin:boundaries_watch_extraction", args=[context], current_app=site.name)
    )
