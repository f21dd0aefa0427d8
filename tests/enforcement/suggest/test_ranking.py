"""Is a context's readiness what its couplings say, line by line?"""

from __future__ import annotations

from typing import Any

import pytest

from boundaries.contexts.map import load_map
from boundaries.enforcement.coupling import KINDS
from boundaries.enforcement.recorder.recording import Recording, Row
from boundaries.enforcement.suggest.anatomy import IDENTITY
from boundaries.enforcement.suggest.ranking import CRITERIA, Ranked
from boundaries.enforcement.suggest.suggestion import Sources, Suggestion, rank_contexts
from boundaries.enforcement.suggest.weight import WEIGHTS
from tests.enforcement.conftest import TinyProject
from tests.guides.document import GUIDES, ROOT

MODELS = "from django.db import models\n"
PAYMENT = MODELS + "class Payment(models.Model):\n    pass\n"


def _ranked(project: TinyProject, **options: Any) -> dict[str, Ranked]:
    suggestion = rank_contexts(load_map(project.folder / "boundaries.toml"), sources=Sources(**options))
    return {ranked.evidence.name: ranked for ranked in suggestion.ranked}


def _figures(ranked: Ranked) -> dict[str, float]:
    return {line.criterion.key: line.figure for line in ranked.lines if line.figure}


class TestReadiness:
    def test_is_what_the_lines_leave_of_what_was_measured(self, project: TinyProject) -> None:
        project.write({"shop/payments/models.py": PAYMENT, "shop/bookings/models.py": MODELS
                       + "class Booking(models.Model):\n    paid = models.ForeignKey('payments.Payment', models.CASCADE)\n"})  # fmt: skip

        for ranked in _ranked(project).values():
            measured = [line for line in ranked.lines if line.lost is not None]
            lost, possible = (
                sum(line.lost or 0 for line in measured),
                sum(line.criterion.most for line in measured),
            )
            assert ranked.score == round(100 * (1 - lost / possible))
            assert ranked.score < 100

    def test_of_contexts_that_know_nothing_of_each_other_is_only_lowered_by_the_map(
        self, project: TinyProject
    ) -> None:
        project.write({"shop/payments/models.py": PAYMENT})

        assert _figures(_ranked(project)["payments"]) == {"preparation": 5}

    @pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.key)
    def test_falls_with_every_figure_and_never_below_nothing(self, criterion: Any) -> None:
        figures = (0, 0.2, 0.9, 1) if criterion.is_share else (0, 1, 10, 1_000_000)
        costs = [criterion.cost(figure) for figure in figures]

        assert costs == sorted(set(costs))
        assert costs[0] == 0
        assert costs[-1] <= criterion.most


class TestEvidence:
    def test_a_foreign_key_is_a_constraint_for_both_sides_and_a_key_held_for_one(
        self, project: TinyProject
    ) -> None:
        project.write({"shop/payments/models.py": PAYMENT, "shop/bookings/models.py": MODELS
                       + "class Booking(models.Model):\n    paid = models.ForeignKey('payments.Payment', models.CASCADE)\n"})  # fmt: skip
        ranked = _ranked(project)

        assert ranked["payments"].evidence.incoming == {"constraint": 1}
        assert ranked["bookings"].evidence.outgoing == {"constraint": 1}
        assert ranked["payments"].evidence.holders == {"bookings"}
        assert _figures(ranked["payments"])["constraints"] == 1

    def test_a_call_through_the_door_is_a_caller_and_nothing_to_cut(self, project: TinyProject) -> None:
        project.write({"shop/payments/public.py": "def pay(): ...\n",
                       "shop/bookings/views.py": "from shop.payments.public import pay\n"})  # fmt: skip
        evidence = _ranked(project)["payments"].evidence

        assert (set(evidence.callers), evidence.door_calls, evidence.incoming.total()) == ({"bookings"}, 1, 0)

    def test_who_only_listens_is_no_caller(self, project: TinyProject) -> None:
        project.map('[contexts.bookings]\npackages = ["shop.bookings"]\nlistens_to = ["payments"]\n'
                    '[contexts.payments]\npackages = ["shop.payments"]\n')  # fmt: skip
        project.write({"shop/payments/public.py": "class Paid: ...\n",
                       "shop/bookings/consumers.py": "from shop.payments.public import Paid\n"})  # fmt: skip
        evidence = _ranked(project)["payments"].evidence

        assert (set(evidence.callers), evidence.correspondents) == (set(), {"bookings"})

    @pytest.mark.parametrize(
        "column",
        [
            "payment = Reference('payments.Payment')",
            "payment_id = models.UUIDField()",
            "payment_id = models.CharField()",
        ],
    )
    def test_a_column_that_holds_a_key_by_convention_points_at_its_owner(
        self, project: TinyProject, column: str
    ) -> None:
        project.write({"shop/payments/models.py": PAYMENT, "shop/bookings/models.py": MODELS
                       + f"from boundaries import Reference\nclass Booking(models.Model):\n    {column}\n"})  # fmt: skip
        evidence = _ranked(project)["payments"].evidence

        assert (evidence.holders, evidence.incoming.total(), set(evidence.callers)) == (
            {"bookings"},
            0,
            set(),
        )

    @pytest.mark.parametrize(
        "column", ["payment_id = models.TextField()", "other_id = models.UUIDField()", "payment_id = 7"]
    )
    def test_any_other_column_does_not(self, project: TinyProject, column: str) -> None:
        project.write({"shop/payments/models.py": PAYMENT,
                       "shop/bookings/models.py": MODELS + f"class Booking(models.Model):\n    {column}\n"})  # fmt: skip

        assert _ranked(project)["payments"].evidence.holders == set()

    def test_a_record_adds_the_places_that_write_two_contexts_in_one_transaction(
        self, project: TinyProject
    ) -> None:
        project.write({
            "shop/payments/models.py": PAYMENT,
            "shop/payments/public.py": "",
            "shop/bookings/views.py": "",
        })  # fmt: skip
        recording = Recording()
        for target, access in (("payments.Payment", "write"), ("payments.capture", "call")):
            recording.add(Row(kind="transaction", path="shop/bookings/views.py", line=7, source="shop.bookings.views:book",
                              source_context="bookings", target_context="payments", target=target, access=access))  # fmt: skip
        recording.append_to(record := project.folder / "record.jsonl")

        ranked = _ranked(project, record=record)

        assert {name: r.evidence.transactions for name, r in ranked.items()} == {"bookings": 2, "payments": 2}
        assert ranked["payments"].evidence.places["transaction"] == ["shop/bookings/views.py:7"]

    def test_rows_are_those_of_its_tables(self, project: TinyProject) -> None:
        project.write({"shop/payments/models.py": PAYMENT})
        ranked = _ranked(project, rows={"payments_payment": 60_000_000, "auth_user": 9})["payments"]

        assert ranked.evidence.rows == 60_000_000
        assert next(line.lost for line in ranked.lines if line.criterion.key == "data") == pytest.approx(3.75)

    def test_what_was_not_measured_costs_nothing(self, project: TinyProject) -> None:
        lines = {line.criterion.key: line.lost for line in _ranked(project)["payments"].lines}

        assert {key for key, lost in lines.items() if lost is None} == {"transactions", "churn", "data"}


@pytest.fixture(scope="module")
def suggestion() -> Suggestion:
    """That of the reference monolith."""
    return rank_contexts(load_map(ROOT / "pyproject.toml"), sources=Sources())


class TestUsersOfAThirdParty:
    @pytest.mark.parametrize("pointing", [1, 2])
    def test_are_told_of_where_several_contexts_hold_their_keys(
        self, project: TinyProject, pointing: int
    ) -> None:
        for name in ("bookings", "payments")[:pointing]:
            models = "class Thing(models.Model):\n    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)\n"
            project.write({f"shop/{name}/models.py": MODELS + "from django.conf import settings\n" + models})

        remarks = rank_contexts(load_map(project.folder / "boundaries.toml"), sources=Sources()).remarks

        told = [remark for remark in remarks if remark.startswith("auth.User is no code of this project")]
        assert [("rows of 2 contexts" in remark) for remark in told] == [True] * (pointing - 1)


class TestMonolith:
    def test_payments_and_notifications_leave_more_easily_than_accounts_and_bookings(
        self, suggestion: Suggestion
    ) -> None:
        order = [ranked.evidence.name for ranked in suggestion.ranked]

        assert {"payments", "notifications"} <= set(order[:4])
        assert set(order[-2:]) == {"accounts", "bookings"}

    def test_accounts_is_what_everybody_points_at(self, suggestion: Suggestion) -> None:
        accounts = next(ranked.evidence for ranked in suggestion.ranked if ranked.evidence.name == "accounts")

        assert accounts.holders == {"bookings", "cart", "notifications", "payments"}

    def test_the_pages_are_an_entry_layer_and_shared_is_a_kernel(self, suggestion: Suggestion) -> None:
        assert {layer.name: layer.kind for layer in suggestion.layers} == {
            "shared": "kernel",
            "storefront": "entry",
        }


class TestWeights:
    def test_know_every_kind(self) -> None:
        assert set(WEIGHTS) == {*KINDS, "constraint", IDENTITY}

    def test_are_those_that_the_guide_shows(self) -> None:
        guide = (GUIDES / "which-context-first.md").read_text(encoding="utf-8")

        for kind, weight in WEIGHTS.items():
            assert f"| `{kind}` | {weight:g} |" in guide

    def test_criteria_are_those_that_the_guide_shows(self) -> None:
        guide = (GUIDES / "which-context-first.md").read_text(encoding="utf-8")

        for criterion in CRITERIA:
            half = "a share" if criterion.is_share else f"{criterion.half:g}"
            assert f"| {criterion.many} | {criterion.most} | {half} |" in guide
