"""Are the records in the admin read-only, quick to list, and changed only through the functions of the commands?"""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.urls import reverse

from boundaries.facades import routing
from boundaries.facades.models import Route, RouteChange
from boundaries.messaging.models import Delivery, SagaInstance

pytestmark = pytest.mark.django_db

LISTS = [
    "boundaries_facades_route",
    "boundaries_facades_routechange",
    "boundaries_facades_ownership",
    "boundaries_facades_freshness",
    "boundaries_facades_mismatch",
    "boundaries_facades_shadowtally",
    "boundaries_messaging_event",
    "boundaries_messaging_delivery",
    "boundaries_messaging_sagainstance",
    "boundaries_messaging_sagastep",
    "boundaries_strangler_extraction",
    "boundaries_strangler_steprun",
]


def said(answer):
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


@pytest.mark.parametrize("name", LISTS)
class TestLists:
    def test_cost_the_same_queries_for_one_row_as_for_many(
        self, name, admin_client, make, django_assert_max_num_queries
    ):
        url = reverse(f"admin:{name}_changelist")
        make.one_of_each(0)
        with django_assert_max_num_queries(40) as first:
            assert admin_client.get(url).status_code == 200
        for number in range(1, 7):
            make.one_of_each(number)
        with django_assert_max_num_queries(len(first)):
            admin_client.get(url)

    def test_are_closed_to_staff_without_a_permission(self, name, staff):
        assert staff().get(reverse(f"admin:{name}_changelist")).status_code == 403


RECORDS = [model for model in admin.site._registry if model._meta.app_label.startswith("boundaries_")]


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model._meta.label)
class TestRecords:
    def test_can_be_deleted_by_nobody(self, model, rf, admin_user):
        request = rf.get("/")
        request.user = admin_user
        assert not admin.site.get_model_admin(model).has_delete_permission(request)

    def test_can_be_changed_only_where_a_function_of_the_kit_does_it(self, model, rf, admin_user):
        request = rf.get("/")
        request.user = admin_user
        model_admin = admin.site.get_model_admin(model)
        is_changeable = model_admin.has_change_permission(request) or model_admin.has_add_permission(request)
        assert is_changeable == (model is Route)


def test_every_record_has_a_page_that_renders(admin_client, make):
    make.one_of_each(0)
    rendered = 0
    for model in RECORDS:
        for row in model._default_manager.all()[:1] if model._meta.managed else ():
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
            assert admin_client.get(reverse(name, args=[row.pk])).status_code == 200
            rendered += 1
    assert rendered == len(LISTS) - 1  # no Freshness row


class TestRoute:
    @pytest.fixture(autouse=True)
    def address(self, monkeypatch):
        monkeypatch.setenv("LEDGER_URL", "http://ledger.example")

    def change(self, client, route, **fields):
        url = reverse("admin:boundaries_facades_route_change", args=[route.pk])
        return client.post(url, {"mode": "local", "percent": "0", "reason": "latency", **fields})

    def test_is_changed_with_reason_and_audit(self, admin_client, make):
        route = make.route(mode="shadow")
        answer = self.change(admin_client, route, mode="canary", percent="12.5")
        assert answer.status_code == 302
        change = RouteChange.objects.first()
        assert (change.old, change.new, change.who, change.why) == (
            "shadow",
            "canary 12.5 %",
            "admin",
            "latency",
        )
        assert routing.route_of("ledger", "").basis_points == 1250

    def test_is_not_changed_without_a_reason(self, admin_client, make):
        route = make.route(mode="shadow")
        assert self.change(admin_client, route, mode="canary", percent="5", reason="").status_code == 200
        assert Route.objects.get().mode == "shadow"

    def test_cannot_skip_a_step_and_the_form_says_why(self, admin_client, make):
        route = make.route(mode="local")
        answer = self.change(admin_client, route, mode="remote")
        assert "BD302" in said(answer)
        assert Route.objects.get().mode == "local"

    @pytest.mark.parametrize("percent", ["0", "100"])
    def test_refuses_a_canary_that_is_none(self, admin_client, make, percent):
        route = make.route(mode="shadow")
        assert self.change(admin_client, route, mode="canary", percent=percent).status_code == 200
        assert Route.objects.get().mode == "shadow"

    def test_keeps_its_context_whatever_is_posted(self, admin_client, make):
        route = make.route(mode="shadow")
        self.change(admin_client, route, context="orders", operation="x")
        assert (Route.objects.get().context, Route.objects.get().operation) == ("ledger", "")

    def test_can_be_added_for_one_operation(self, admin_client):
        values = {
            "context": "ledger",
            "operation": "accounts",
            "mode": "shadow",
            "percent": "0",
            "reason": "try",
        }
        answer = admin_client.post(reverse("admin:boundaries_facades_route_add"), values)
        assert answer.status_code == 302
        assert routing.route_of("ledger", "accounts").mode == "shadow"
        assert RouteChange.objects.get().why == "try"

    def test_is_read_only_for_those_who_may_only_look(self, staff, make):
        route = make.route(mode="shadow")
        client = staff("boundaries_facades.view_route")
        assert self.change(client, route).status_code == 403


class TestDeadLetters:
    URL = reverse("admin:boundaries_messaging_delivery_changelist")

    def act(self, client, action, row, **fields):
        return client.post(self.URL, {"action": action, "_selected_action": [row.pk], **fields})

    def test_ask_for_a_reason_and_show_the_command_before_anything_is_done(self, admin_client, make):
        row = make.delivery()
        answer = self.act(admin_client, "retry", row)
        assert f"boundaries outbox retry {row.pk}" in answer.content.decode()
        assert Delivery.objects.get().state == "dead"

    def test_are_retried_with_a_reason_that_is_kept(self, admin_client, make):
        row = make.delivery()
        answer = self.act(admin_client, "retry", row, reason="fixed in 1.2")
        assert "Retry deliveries: 1 done." in said(answer)
        retried = Delivery.objects.get()
        assert (retried.state, retried.attempts) == ("pending", 0)
        assert "fixed in 1.2" in LogEntry.objects.get().change_message

    def test_are_let_go_with_the_reason_in_the_row(self, admin_client, make):
        self.act(admin_client, "skip", make.delivery(), reason="a duplicate")
        skipped = Delivery.objects.get()
        assert (skipped.state, skipped.last_error) == ("skipped", "Skipped: a duplicate")

    def test_refuse_what_is_not_stuck_and_say_so(self, admin_client, make):
        answer = self.act(admin_client, "retry", make.delivery(state="done"), reason="x")
        assert "BD409" in said(answer)

    def test_are_not_retried_by_those_who_may_only_look(self, staff, make):
        row = make.delivery()
        self.act(staff("boundaries_messaging.view_delivery"), "retry", row, reason="x")
        assert Delivery.objects.get().state == "dead"


class TestSagas:
    URL = reverse("admin:boundaries_messaging_sagainstance_changelist")

    def act(self, client, action, row, **fields):
        return client.post(self.URL, {"action": action, "_selected_action": [row.pk], **fields})

    def test_go_on_when_they_are_retried(self, admin_client, make):
        row = make.saga()
        self.act(admin_client, "retry", row, reason="the bank is back")
        assert SagaInstance.objects.get().state == "RUNNING"

    def test_that_do_not_need_attention_are_refused(self, admin_client, make):
        answer = self.act(admin_client, "retry", make.saga(state="COMPLETED"), reason="x")
        assert "BD415" in said(answer)
        assert LogEntry.objects.count() == 0
