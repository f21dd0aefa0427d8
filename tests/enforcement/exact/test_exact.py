"""Does a started project add what the source does not show, and nothing that it does?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from boundaries.contexts.map import load_map
from boundaries.enforcement.coupling import Coupling, CouplingGraph
from boundaries.enforcement.exact.start import observe
from boundaries.enforcement.exact.testimony import exact_witness
from boundaries.enforcement.graph import read_graph
from tests.enforcement.conftest import TinyProject, show

PAYMENTS = "from django.db import models\nclass Payment(models.Model):\n    pass\n"
LATE_FIELDS = """\
from django.db import models
class Booking(models.Model):
    payment = models.ForeignKey("payments.Payment", models.CASCADE)
key = getattr(models, "Foreign" + "Key")
for name in ("first", "second"):
    key("payments.Payment", models.CASCADE, related_name="+").contribute_to_class(Booking, name)
"""


def exact_graph(project: TinyProject) -> CouplingGraph:
    context_map = load_map(project.folder / "boundaries.toml")
    return read_graph(context_map, use_linter=False, witnesses=[exact_witness(observe(context_map))]).graph


def only_exact(graph: CouplingGraph) -> list[Coupling]:
    return [coupling for coupling in graph.couplings if coupling.evidence == "exact"]


class TestSchema:
    def test_a_relation_that_both_know_is_one_coupling(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": (
                    f"{PAYMENTS}"
                    "class Dated(models.Model):\n"
                    "    paid = models.ForeignKey(Payment, models.CASCADE, related_name='+')\n"
                    "    class Meta:\n        abstract = True\n"
                ),
                "shop/bookings/models.py": (
                    "from django.contrib.contenttypes.fields import GenericRelation\n"
                    "from django.db import models\n"
                    "from shop.payments.models import Dated, Payment\n"
                    "class Booking(Dated):\n"
                    "    payment = models.ForeignKey('payments.payment', models.CASCADE)\n"
                    "    others = models.ManyToManyField(Payment, through='Share', related_name='+')\n"
                    "    all = models.ManyToManyField(Payment, related_name='+')\n"
                    "class Share(models.Model):\n"
                    "    booking = models.ForeignKey(Booking, models.CASCADE)\n"
                    "    payment = models.ForeignKey(Payment, models.CASCADE)\n"
                    "class Refund(Payment):\n    pass\n"
                    "class Lent(Payment):\n    class Meta:\n        proxy = True\n"
                ),
            }
        )

        graph = exact_graph(project)

        assert only_exact(graph) == []
        assert graph.disagreements == ()
        assert sum(c.kind in {"relation", "inheritance"} for c in graph.couplings) == 8

    def test_an_abstract_model_is_none_that_could_be_loaded(self, project: TinyProject) -> None:
        abstract = "    class Meta:\n        abstract = True\n"
        project.write(
            {
                "shop/payments/models.py": (
                    f"from django.db import models\nclass Paid(models.Model):\n{abstract}"
                ),
                "shop/bookings/models.py": (
                    "from django.db import models\nfrom shop.payments.models import Paid\n"
                    f"class Dated(Paid):\n{abstract}class Booking(Dated):\n    pass\n"
                ),
            }
        )

        graph = exact_graph(project)

        assert [c.detail for c in graph.couplings if c.kind == "inheritance"] == ["abstract base"]
        assert graph.disagreements == ()

    def test_a_generic_relation_of_two_bases_is_one(self, project: TinyProject) -> None:
        bases = "".join(f"class {name}(Paid):\n    class Meta:\n        abstract = True\n" for name in "AB")
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/models.py": (
                    "from django.contrib.contenttypes.fields import GenericRelation\n"
                    "from django.db import models\n"
                    "class Paid(models.Model):\n"
                    "    all = GenericRelation('payments.Payment', object_id_field='id')\n"
                    "    class Meta:\n        abstract = True\n"
                    f"{bases}class Booking(A, B):\n    pass\n"
                ),
            }
        )

        graph = exact_graph(project)

        assert [c.kind for c in graph.couplings] == ["generic"]
        assert graph.disagreements == ()

    def test_a_field_that_is_added_at_run_time_is_found_and_judged(self, project: TinyProject) -> None:
        project.write({"shop/bookings/models.py": LATE_FIELDS, "shop/payments/models.py": PAYMENTS})

        graph = exact_graph(project)

        assert [(show(c), c.rule, c.detail) for c in only_exact(graph)] == [
            ("relation bookings/models.py:2 Booking -> payments.Payment", "BD204", f"ForeignKey {name}")
            for name in ("first", "second")
        ]
        assert [d.known_to for d in graph.disagreements or ()] == ["exact", "exact"]

    def test_a_field_that_a_base_gets_at_run_time_is_said_to_be_declared_there(
        self, project: TinyProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "elsewhere.py").write_text(
            "from django.db import models\nclass Owned(models.Model):\n    class Meta:\n        abstract = True\n"
            "models.ForeignKey('payments.Payment', models.CASCADE).contribute_to_class(Owned, 'payment')\n"
        )
        monkeypatch.syspath_prepend(str(tmp_path))
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/models.py": "from elsewhere import Owned\nclass Booking(Owned):\n    pass\n",
            }
        )

        assert [d.reason for d in exact_graph(project).disagreements or ()] == [
            "ForeignKey payment, declared in elsewhere"
        ]

    def test_lazy_objects_of_the_project_stay_asleep(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/receivers.py": (
                    "from django.utils.functional import SimpleLazyObject\n"
                    "def wake(): raise SystemExit('woken')\n"
                    "sleeping = SimpleLazyObject(wake)\n"
                )
            }
        )

        assert exact_graph(project).disagreements == ()

    def test_a_claim_of_the_source_that_django_does_not_know_is_told(self, project: TinyProject) -> None:
        field = "    payment = models.ForeignKey('payments.Payment', models.CASCADE)\n"
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/models.py": (
                    f"from django.db import models\nif False:\n    class Booking(models.Model):\n    {field}"
                ),
            }
        )

        graph = exact_graph(project)

        assert [(d.known_to, d.line, d.reason) for d in graph.disagreements or ()] == [
            ("static", 4, "the running project has not loaded this model")
        ]
        assert [c.evidence for c in graph.couplings] == ["static"]


class TestSignals:
    RECEIVER = "from django.db.models.signals import post_save\ndef hear(**_): ...\n"

    def test_a_receiver_connected_in_a_loop_is_found(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/bookings/models.py": "from django.db import models\nclass Booking(models.Model):\n    pass\n",
                "shop/payments/receivers.py": (
                    f"{self.RECEIVER}from django.apps import apps\n"
                    "for model in apps.get_app_config('bookings').get_models():\n"
                    "    post_save.connect(hear, sender=model)\n"
                ),
            }
        )

        graph = exact_graph(project)

        assert [(show(c), c.rule) for c in only_exact(graph)] == [
            ("signal payments/receivers.py:2 hear -> bookings.Booking", "BD213")
        ]

    def test_a_receiver_that_nobody_imports_is_told(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/bookings/models.py": "from django.db import models\nclass Booking(models.Model):\n    pass\n",
                "shop/payments/listeners.py": f"{self.RECEIVER}post_save.connect(hear, sender='bookings.Booking')\n",
            }
        )

        disagreements = exact_graph(project).disagreements or ()

        assert [(d.known_to, d.kind, d.path) for d in disagreements] == [
            ("static", "signal", "shop/payments/listeners.py")
        ]


class TestRoutes:
    def test_a_view_that_is_put_together_at_run_time_is_found(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/views.py": "def pay(request): ...\n",
                "shop/bookings/urls.py": (
                    "from importlib import import_module\nfrom django.urls import path\n"
                    "urlpatterns = [path('', import_module('shop.' + 'payments.views').pay)]\n"
                ),
                "config/urls.py": (
                    "from django.urls import include, path\n"
                    "urlpatterns = [path('b/', include('shop.bookings.urls'))]\n"
                ),
            }
        )

        assert [show(c) for c in only_exact(exact_graph(project))] == [
            "url bookings/urls.py:1 <module> -> shop.payments.views"
        ]

    def test_a_name_that_no_url_has_is_told(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/urls.py": (
                    "from django.urls import path\nfrom shop.payments import views\n"
                    "app_name = 'payments'\nurlpatterns = [path('', views.pay, name='pay')]\n"
                ),
                "shop/payments/views.py": "def pay(request): ...\n",
                "shop/bookings/views.py": (
                    "from django.urls import reverse\ndef show(): return reverse('payments:pay')\n"
                ),
                "config/urls.py": "from django.urls import path\nurlpatterns = [path('', lambda r: None, name='home')]\n",
            }
        )

        disagreements = exact_graph(project).disagreements or ()

        assert [(d.known_to, d.target, d.reason) for d in disagreements] == [
            ("static", "payments:pay", "no URL of ROOT_URLCONF has this name")
        ]


class TestTasks:
    TASKS = "from celery import shared_task\n@shared_task\ndef settle(): ...\n"

    def celery(self, project: TinyProject, schedule: str) -> TinyProject:
        return project.write(
            {
                "config/__init__.py": (
                    "from celery import Celery\napp = Celery('shop')\n"
                    "app.autodiscover_tasks(['shop.payments'])\n"
                ),
                "shop/payments/tasks.py": self.TASKS,
                "shop/bookings/schedule.py": (
                    f"from celery import current_app\ncurrent_app.send_task({schedule!r})\n"
                ),
            }
        )

    def test_a_task_that_is_registered_is_no_disagreement(self, project: TinyProject) -> None:
        graph = exact_graph(self.celery(project, "shop.payments.tasks.settle"))

        assert [c.target for c in graph.couplings if c.kind == "task"] == ["shop.payments.tasks.settle"]
        assert graph.disagreements == ()

    def test_a_task_that_nobody_registers_is_told(self, project: TinyProject) -> None:
        project = self.celery(project, "shop.payments.late.settle").write(
            {"shop/payments/late.py": self.TASKS}
        )

        assert [(d.target, d.reason) for d in exact_graph(project).disagreements or ()] == [
            ("shop.payments.late.settle", "no task of this name is registered")
        ]

    def test_a_schedule_put_together_at_run_time_is_found(self, project: TinyProject) -> None:
        self.celery(project, "shop.payments.tasks.settle")
        text = (project.folder / "boundaries.toml").read_text()
        project.map(text.replace('packages = ["shop.bookings"]', 'packages = ["shop.bookings", "config"]'))
        project.write(
            {
                "shop/bookings/schedule.py": "",
                "config/__init__.py": (
                    "from celery import Celery\napp = Celery('shop')\n"
                    "app.autodiscover_tasks(['shop.payments'])\n"
                    "app.conf.beat_schedule = {'x': {'task': '.'.join(['shop.payments.tasks', 'settle']), 'schedule': 9}}\n"
                ),
            }
        )

        assert [show(c) for c in only_exact(exact_graph(project))] == [
            "task config/settings.py:1 <module> -> shop.payments.tasks.settle"
        ]


class TestStarting:
    def refusal(self, run_json: Callable[..., tuple[int, Any]]) -> dict[str, Any]:
        code, said = run_json("couplings", "--exact")
        assert code == 2
        return said["error"]

    def test_says_which_requirement_is_missing_and_where(
        self, project: TinyProject, run_json: Callable[..., tuple[int, Any]]
    ) -> None:
        project.write({"shop/payments/receivers.py": "\nimport not_there\n"})

        error = self.refusal(run_json)

        assert error["code"] == "BD281"
        assert (
            "ModuleNotFoundError: No module named 'not_there' (shop/payments/receivers.py:2)"
            in error["problem"]
        )
        assert "--python" in error["remedy"]

    def test_says_what_the_settings_ask_for(
        self, project: TinyProject, run_json: Callable[..., tuple[int, Any]]
    ) -> None:
        project.write({"config/settings.py": "import os\nSECRET_KEY = os.environ['NO_SUCH_VARIABLE']\n"})

        error = self.refusal(run_json)

        assert "KeyError: 'NO_SUCH_VARIABLE' (config/settings.py:2)" in error["problem"]
        assert error["remedy"].startswith("Set what its settings ask for")

    def test_survives_a_project_that_ends_the_process(
        self, project: TinyProject, run_json: Callable[..., tuple[int, Any]]
    ) -> None:
        project.write(
            {"shop/payments/receivers.py": "import os\nprint('no licence', flush=True)\nos._exit(3)\n"}
        )

        assert "no licence" in self.refusal(run_json)["problem"]

    def test_names_an_interpreter_that_is_not_there(
        self, project: TinyProject, run_json: Callable[..., tuple[int, Any]]
    ) -> None:
        code, said = run_json("check", "--exact", "--python", str(project.folder / "python"))

        assert (code, said["error"]["code"]) == (2, "BD281")

    def test_wants_to_know_the_settings(
        self, project: TinyProject, run_json: Callable[..., tuple[int, Any]]
    ) -> None:
        project.map('[contexts.bookings]\npackages = ["shop.bookings"]\n')

        assert self.refusal(run_json)["code"] == "BD280"

    def test_takes_the_settings_of_the_environment(
        self, project: TinyProject, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        project.write({"config/other.py": "from config.settings import *\nprint('other')\n"})
        monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.other")

        observation = observe(load_map(project.folder / "boundaries.toml"), python=sys.executable)

        assert observation.settings == "config.other"

    def test_leaves_this_process_and_the_project_as_they_were(
        self, project: TinyProject, run_json: Callable[..., tuple[int, Any]]
    ) -> None:
        before = sorted(project.folder.rglob("*"))

        code, said = run_json("couplings", "--exact")

        assert (code, said["disagreements"]) == (0, [])
        assert "shop" not in sys.modules
        assert sorted(project.folder.rglob("*")) == before


def test_the_text_of_a_check_lists_the_disagreements(
    project: TinyProject, run: Callable[..., tuple[int, str, str]]
) -> None:
    project.write({"shop/bookings/models.py": LATE_FIELDS, "shop/payments/models.py": PAYMENTS})

    code, out, _ = run("check", "--exact")

    assert code == 1
    assert "known to the running project, not shown by the source: 2" in out.splitlines()
