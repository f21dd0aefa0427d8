"""Is every relation and inheritance between contexts seen, and nothing else?"""

from __future__ import annotations

from tests.enforcement.conftest import TinyProject, show
from tests.enforcement.kinds.shop import PAYMENTS, couplings


class TestLoaders:
    def test_any_call_that_names_a_model_means_it(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/models.py": (
                    "from django.db import models\n"
                    "import swapping\n"
                    "Payment = swapping.load('payments', 'Payment')\n"
                    "class Booking(models.Model):\n"
                    "    paid = models.ForeignKey(swapping.name_of('payments.Payment'), models.CASCADE)\n"
                    "    held = models.ForeignKey(Payment, models.CASCADE)\n"
                    "    other = models.ForeignKey(swapping.name_of('Any', 'Text'), models.CASCADE)\n"
                ),
            }
        )

        found, unresolved = project.links()

        assert [(link.line, link.target) for link in found if link.kind == "relation"] == [
            (5, "payments.Payment"),
            (6, "payments.Payment"),
        ]
        assert unresolved["relation"] == 1


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
