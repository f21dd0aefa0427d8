"""Is every form of a coupling seen, from source alone, and nothing else?"""

from __future__ import annotations

import pytest

from tests.enforcement.conftest import TWO_CONTEXTS, TinyProject, show

PAYMENTS = """\
from django.db import models

class Payment(models.Model):
    pass

class Payer(models.Model):
    pass
"""


def couplings(project: TinyProject, kind: str) -> list[str]:
    return [show(link) for link in project.links()[0] if link.kind == kind]


class TestImports:
    def test_name_the_module_and_keep_the_names_as_evidence(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/sub/a.py": (
                    "from shop.payments.models import Payer, Payment as Paid\n"
                    "from ...payments import models\n"
                    "import shop.payments.models as m, os\n"
                    "def late():\n"
                    "    from shop.payments import *\n"
                    "class View:\n"
                    "    def get(self):\n"
                    "        import shop.payments.models\n"
                ),
            }
        )

        found = [(c.line, c.column, c.source, c.target, c.evidence) for c in project.links()[0]]

        module = "shop.bookings.sub.a"
        assert found == [
            (1, 1, f"{module}:<module>", "shop.payments.models", "Payer, Payment"),
            (2, 1, f"{module}:<module>", "shop.payments.models", "static"),
            (3, 1, f"{module}:<module>", "shop.payments.models", "static"),
            (5, 5, f"{module}:late", "shop.payments", "*"),
            (8, 9, f"{module}:View.get", "shop.payments.models", "static"),
        ]

    def test_for_type_checkers_and_in_tests_count_only_when_asked_for(self, project: TinyProject) -> None:
        line = "from shop.payments.models import Payment\n"
        project.write(
            {
                "shop/bookings/typed.py": f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {line}",
                "shop/bookings/tests/test_a.py": line,
                "shop/bookings/test.py": line,
                "shop/bookings/conftest.py": line,
                "shop/bookings/factories.py": line,
                "shop/bookings/fake_database.py": line,
            }
        )

        assert couplings(project, "import") == []
        project.map(f"[check]\ntype_checking = true\n{TWO_CONTEXTS}")
        assert couplings(project, "import") == ["import bookings/typed.py:3 <module> -> shop.payments.models"]
        project.map(f"[check]\ntests = true\n{TWO_CONTEXTS}")
        assert len(couplings(project, "import")) == 5

    def test_of_code_outside_all_contexts_are_none(self, project: TinyProject) -> None:
        project.write(
            {"shop/urls.py": "import shop.payments.models\n", "shop/bookings/a.py": "import shop.urls\n"}
        )

        assert project.links()[0] == []

    def test_that_lead_out_of_the_tree_are_unresolved(self, project: TinyProject) -> None:
        project.write({"shop/bookings/a.py": "from ....... import x\n"})

        links, unresolved = project.links()

        assert links == []
        assert unresolved["import"] == 1


class TestRelations:
    def test_are_seen_in_every_form(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/settings.py": "AUTH_USER_MODEL = 'payments.Payer'\n",
                "shop/payments/models.py": PAYMENTS,
                "shop/payments/everything.py": "from .models import *\n",
                "shop/bookings/fields.py": (
                    "from django.db import models\nclass OwnKey(models.ForeignKey):\n    pass\n"
                ),
                "shop/bookings/models.py": (
                    "from django.conf import settings\n"  # 1
                    "from django.contrib.auth import get_user_model\n"  # 2
                    "from django.db import models as m\n"  # 3
                    "from django.db.models import OneToOneField\n"  # 4
                    "from shop.payments import everything\n"  # 5
                    "from shop.bookings.fields import OwnKey\n"  # 6
                    "User = settings.AUTH_USER_MODEL\n"  # 7
                    "Alias = everything.Payment\n"  # 8
                    "class Booking(m.Model):\n"  # 9
                    "    a = m.ForeignKey('payments.Payment', on_delete=m.CASCADE)\n"  # 10
                    "    b = m.ForeignKey(on_delete=m.CASCADE, to='payments.payment')\n"  # 11
                    "    c = OneToOneField(everything.Payment, m.CASCADE)\n"  # 12
                    "    d = m.ManyToManyField(Alias)\n"  # 13
                    "    e = m.ForeignKey(settings.AUTH_USER_MODEL, m.CASCADE)\n"  # 14
                    "    f = m.ForeignKey(User, m.CASCADE)\n"  # 15
                    "    g = m.ForeignKey(get_user_model(), m.CASCADE)\n"  # 16
                    "    h = OwnKey('payments.Payment')\n"  # 17
                    "    i: int = m.ForeignKey(getattr(settings, 'AUTH_USER_MODEL', 'x.Y'), m.CASCADE)\n"  # 18
                    "    j = m.ManyToManyField('Trip', through='payments.Payer')\n"  # 19
                    "    if True:\n"  # 20
                    "        k = m.ForeignKey('payments.Payment', m.CASCADE)\n"  # 21
                ),
            }
        )

        found = [(c.line, c.target) for c in project.links()[0] if c.kind == "relation"]

        payment, payer = "payments.Payment", "payments.Payer"
        assert found == [
            (10, payment), (11, payment), (12, payment), (13, payment), (14, payer), (15, payer), (16, payer),
            (17, payment), (18, payer), (19, payer), (21, payment),
        ]  # fmt: skip

    def test_are_not_seen_where_there_are_none(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/models.py": (
                    "'''ForeignKey('payments.Payment')'''\n"
                    "from django.db import models\n"
                    "from django.contrib.contenttypes.fields import GenericForeignKey\n"
                    "# a = models.ForeignKey('payments.Payment')\n"
                    "class Trip(models.Model):\n"
                    "    a = models.ForeignKey('self', models.CASCADE)\n"
                    "    b = models.ForeignKey('Trip', models.CASCADE)\n"
                    "    c = models.ForeignKey('bookings.Trip', models.CASCADE)\n"
                    "    d = GenericForeignKey('payments', 'Payment')\n"
                    "    e = models.CharField(default='payments.Payment')\n"
                    "    f = models.ForeignKey('auth.Group', models.CASCADE)\n"
                    "class Form:\n"
                    "    a = models.ForeignKey('payments.Payment', models.CASCADE)\n"
                ),
            }
        )

        links, unresolved = project.links()

        assert links == []
        assert not unresolved

    def test_that_are_generic_are_a_kind_of_their_own(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/models.py": (
                    "from django.contrib.contenttypes.fields import GenericRelation\n"
                    "from django.db import models\n"
                    "class Trip(models.Model):\n"
                    "    a = GenericRelation('payments.Payment')\n"
                ),
            }
        )

        assert couplings(project, "generic") == ["generic bookings/models.py:4 Trip -> payments.Payment"]
        assert project.codes() == ["BD203"]

    def test_of_a_label_that_two_contexts_use_are_unresolved(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/sales/models.py": PAYMENTS,
                "shop/bookings/sales/models.py": PAYMENTS,
                "shop/bookings/models.py": (
                    "from django.db import models\n"
                    "class Trip(models.Model):\n"
                    "    a = models.ForeignKey('sales.Payment', models.CASCADE)\n"
                ),
            }
        )

        links, unresolved = project.links()

        assert links == []
        assert unresolved == {"relation": 1}

    def test_that_cannot_be_resolved_are_counted(self, project: TinyProject) -> None:
        text = "from django.db import models\nclass A(models.Model):\n    b = models.ForeignKey(choose(), models.CASCADE)\n"
        project.write({"shop/bookings/models.py": text})

        links, unresolved = project.links()

        assert links == []
        assert unresolved == {"relation": 1}

    def test_of_an_abstract_base_count_once_per_concrete_model_at_its_line(
        self, project: TinyProject
    ) -> None:
        project.write(
            {
                "shop/common/models.py": (
                    "from django.db import models\n"
                    "class Paid(models.Model):\n"
                    "    payment = models.ForeignKey('payments.Payment', models.CASCADE, '%(class)s_set')\n"
                    "    other = models.ForeignKey('Trip', models.CASCADE)\n"
                    "    class Meta:\n"
                    "        abstract = True\n"
                ),
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/models.py": (
                    "from shop.common.models import Paid\n"
                    "class Trip(Paid):\n"
                    "    pass\n"
                    "class Cruise(Paid):\n"
                    "    class Meta(Paid.Meta):\n"
                    "        ordering = []\n"
                    "class Free(Paid):\n"
                    "    payment = None\n"
                    "class Old(Trip):\n"
                    "    class Meta:\n"
                    "        proxy = True\n"
                ),
            }
        )

        found = project.links()[0]

        assert [show(c) for c in found] == [
            "relation common/models.py:3 Cruise -> payments.Payment",
            "relation common/models.py:3 Trip -> payments.Payment",
        ]
        assert {c.source_context for c in found} == {"bookings"}

    def test_follow_labels_of_app_configs_and_meta(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/apps.py": (
                    "from django.apps import AppConfig\n"
                    "class Config(AppConfig):\n"
                    "    name = 'shop.payments'\n"
                    "    label = 'money'\n"
                ),
                "shop/payments/models.py": PAYMENTS,
                "shop/payments/core/models.py": (
                    "from django.db import models\n"
                    "class Ledger(models.Model):\n"
                    "    class Meta:\n"
                    "        app_label = 'ledger'\n"
                ),
                "shop/bookings/models.py": (
                    "from django.db import models\n"
                    "class Trip(models.Model):\n"
                    "    a = models.ForeignKey('money.Payment', models.CASCADE)\n"
                    "    b = models.ForeignKey('ledger.Ledger', models.CASCADE)\n"
                    "    c = models.ForeignKey('payments.Payment', models.CASCADE)\n"
                ),
            }
        )

        assert couplings(project, "relation") == [
            "relation bookings/models.py:3 Trip -> money.Payment",
            "relation bookings/models.py:4 Trip -> ledger.Ledger",
        ]

    def test_follow_models_that_a_context_claims_in_a_shared_app(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/facility/models.py": (
                    "from django.db import models\n"
                    "class Booking(models.Model):\n"
                    "    invoice = models.ForeignKey('Invoice', models.CASCADE)\n"
                    "class Invoice(models.Model):\n"
                    "    pass\n"
                )
            }
        ).map(
            '[contexts.a]\npackages = []\nmodels = ["facility.Booking"]\n'
            '[contexts.b]\npackages = []\nmodels = ["facility.Invoice"]\n'
        )

        [coupling] = project.links()[0]

        assert (coupling.source_context, coupling.target_context) == ("a", "b")


class TestInheritance:
    def test_names_the_base_and_how_it_is_used(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/models.py": (
                    "from shop.payments.models import Payment as Base\n"
                    "class Deposit(Base):\n"
                    "    pass\n"
                    "class Shown(Base):\n"
                    "    class Meta:\n"
                    "        proxy = True\n"
                ),
            }
        )

        found = [(show(c), c.detail) for c in project.links()[0] if c.kind == "inheritance"]

        assert found == [
            ("inheritance bookings/models.py:2 Deposit -> payments.Payment", "parent table"),
            ("inheritance bookings/models.py:4 Shown -> payments.Payment", "proxy"),
        ]


class TestGetModel:
    def test_is_seen_in_every_form(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/a.py": (
                    "from django.apps import apps as registry\n"
                    "PAYMENT = 'payments.Payment'\n"
                    "def load(name):\n"
                    "    registry.get_model('payments.Payment')\n"
                    "    registry.get_model('payments', 'payer')\n"
                    "    registry.get_model(app_label='payments', model_name='Payment')\n"
                    "    registry.get_app_config('payments').get_model('Payment')\n"
                    "    registry.get_model(PAYMENT)\n"
                    "    return [registry.get_model(name), registry.get_model('bookings.Trip')]\n"
                ),
            }
        )

        links, unresolved = project.links()

        assert [(c.line, c.target) for c in links] == [
            (4, "payments.Payment"),
            (5, "payments.Payer"),
            (6, "payments.Payment"),
            (7, "payments.Payment"),
            (8, "payments.Payment"),
        ]
        assert unresolved == {"get_model": 1}

    def test_knows_the_loaders_that_the_map_names(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/a.py": "Payment = get_class('payments.models', 'Payment')\n",
            }
        )

        assert couplings(project, "get_model") == []
        project.map(f'[check]\nloaders = ["get_class"]\n{TWO_CONTEXTS}')
        assert couplings(project, "get_model") == ["get_model bookings/a.py:1 <module> -> payments.Payment"]


class TestSignals:
    def test_are_seen_as_decorators_and_connections(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/apps.py": (
                    "from django.db.models import signals\n"
                    "class Config:\n"
                    "    def ready(self):\n"
                    "        signals.post_delete.connect(on_delete, sender='payments.Payment')\n"
                    "        signals.post_save.connect(on_save)\n"
                    "        socket.connect(('127.0.0.1', 80))\n"
                ),
            }
        )

        links, unresolved = project.links()

        assert [show(c) for c in links] == ["signal bookings/apps.py:4 Config.ready -> payments.Payment"]
        assert unresolved == {"signal": 1}


class TestLookups:
    MODELS = {
        "shop/payments/models.py": (
            "from django.db import models\n"
            "class Payment(models.Model):\n"
            "    booking = models.ForeignKey('bookings.Booking', models.CASCADE, related_name='paid_by')\n"
            "class Refund(models.Model):\n"
            "    payment = models.ForeignKey(Payment, models.CASCADE)\n"
            "    trip = models.ForeignKey('bookings.Trip', models.CASCADE)\n"
            "    hidden = models.ForeignKey('bookings.Trip', models.CASCADE, related_name='+')\n"
        ),
        "shop/bookings/models.py": (
            "from django.db import models\n"
            "class Trip(models.Model):\n"
            "    parent = models.ForeignKey('self', models.CASCADE)\n"
            "    @classmethod\n"
            "    def paid(cls):\n"
            "        return cls.objects.filter(refund__payment__state='paid')\n"
            "class Booking(models.Model):\n"
            "    trip = models.ForeignKey(Trip, models.CASCADE)\n"
        ),
    }

    def test_follow_relations_both_ways(self, project: TinyProject) -> None:
        project.write(self.MODELS).write(
            {
                "shop/bookings/a.py": (
                    "from django.db.models import Count, F, Prefetch, Q\n"
                    "from . import models\n"
                    "from .models import Booking\n"
                    "a = Booking.objects.filter(paid_by__amount__gt=1)\n"
                    "b = models.Booking.objects.all().order_by('-trip__refund__payment__id')\n"
                    "c = Booking.objects.exclude(Q(trip=1) | ~Q(trip__refund__id=2))\n"
                    "d = Booking.objects.annotate(n=Count('paid_by__id'), m=F('trip__refund__id'))\n"
                    "e = Booking.objects.select_related('trip').prefetch_related(Prefetch('paid_by'))\n"
                    "f = (\n"
                    "    Booking.objects\n"
                    "    .filter(trip__parent__name='x')\n"
                    "    .values_list(\n"
                    "        'trip__parent__refund__id', flat=True)\n"
                    ")\n"
                ),
            }
        )

        found = [
            (link.line, link.target, link.detail) for link in project.links()[0] if link.kind == "lookup"
        ]

        payment, refund = "payments.Payment", "payments.Refund"
        assert found == [
            (4, payment, "paid_by__amount__gt"),
            (5, refund, "trip__refund__payment__id"),
            (6, refund, "trip__refund__id"),
            (7, payment, "paid_by__id"),
            (7, refund, "trip__refund__id"),
            (8, payment, "paid_by"),
            (13, refund, "trip__parent__refund__id"),
            (6, refund, "refund__payment__state"),
        ]

    def test_are_unresolved_where_the_model_is_not_told_and_none_inside_a_context(
        self, project: TinyProject
    ) -> None:
        project.write(self.MODELS).write(
            {
                "shop/payments/a.py": (
                    "from .models import Refund\n"
                    "a = Refund.objects.filter(payment__state=1, trip=2, hidden_id=3).get(payment=4)\n"
                    "b = model.objects.filter(trip__name=1)\n"
                    "c = request.GET.get('trip__name')\n"
                ),
                "shop/bookings/models.py": "",
            }
        )

        links, unresolved = project.links()

        assert [link for link in links if link.kind == "lookup"] == []
        assert unresolved["lookup"] == 1


class TestSQL:
    @pytest.mark.parametrize(
        "statement",
        [
            "cursor.execute('''SELECT 1\n FROM bookings_trip t\n JOIN payments_payment p ON true''')",
            "Trip.objects.raw(QUERY)",
            "operation = migrations.RunSQL(sql='ALTER TABLE IF EXISTS payments_payment ADD x int')",
            "cursor.executemany('INSERT INTO public.payments_payment VALUES (%s)', rows)",
        ],
    )
    def test_names_the_table(self, project: TinyProject, statement: str) -> None:
        text = f"QUERY = 'DELETE FROM \"payments_payment\"'\n{statement}\n"
        project.write({"shop/payments/models.py": PAYMENTS, "shop/bookings/a.py": text})

        assert couplings(project, "sql") == ["sql bookings/a.py:2 <module> -> payments_payment"]

    def test_that_is_put_together_at_run_time_is_unresolved(self, project: TinyProject) -> None:
        project.write({"shop/bookings/a.py": "cursor.execute(f'SELECT 1 FROM {table}')\n"})

        assert project.links()[1] == {"sql": 1}


class TestMigrations:
    def test_are_a_kind_of_their_own(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/migrations/0001_initial.py": (
                    "from django.conf import settings\n"
                    "from django.db import migrations\n"
                    "from shop.payments.models import Payment\n"
                    "def fill(apps, editor):\n"
                    "    apps.get_model('payments', 'Payment')\n"
                    "class Migration(migrations.Migration):\n"
                    "    dependencies = [\n"
                    "        ('payments', '0001_initial'),\n"
                    "        migrations.swappable_dependency(settings.AUTH_USER_MODEL),\n"
                    "    ]\n"
                ),
                "shop/settings.py": "AUTH_USER_MODEL = 'payments.Payer'\n",
            }
        )

        found = project.links()[0]

        assert {c.kind for c in found} == {"migration"}
        assert [(c.line, c.target) for c in found] == [
            (3, "shop.payments.models"),
            (5, "payments.Payment"),
            (8, "payments.0001_initial"),
            (9, "payments.Payer"),
        ]


class TestSettings:
    def test_are_strings_that_lead_into_another_context(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/payments/tasks.py": "def capture(): ...\n",
                "shop/bookings/a.py": (
                    "'shop.payments.tasks'\n"
                    "'''Calls shop.payments.tasks.capture'''\n"
                    "TASK = 'shop.payments.tasks.capture'\n"
                    "def send(app, name='shop.payments.models'):\n"
                    "    'shop.payments.tasks'\n"
                    "    app.send_task('shop.payments.tasks.capture', args=['shop.payments.models.Payment'])\n"
                    "    return 'shop.payments.tasks.refund', 'payments.Payment', 'shop.bookings.a', 'a.b'\n"
                ),
            }
        )

        assert [(link.line, link.source, link.target, link.module) for link in project.links()[0]] == [
            (3, "shop.bookings.a:<module>", "shop.payments.tasks.capture", "shop.payments.tasks"),
            (4, "shop.bookings.a:send", "shop.payments.models", "shop.payments.models"),
            (6, "shop.bookings.a:send", "shop.payments.models.Payment", "shop.payments.models"),
            (6, "shop.bookings.a:send", "shop.payments.tasks.capture", "shop.payments.tasks"),
        ]
        assert project.codes() == ["BD202"] * 4
