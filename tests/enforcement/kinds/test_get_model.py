"""Is every model that is loaded by name seen?"""

from __future__ import annotations

from tests.enforcement.conftest import TWO_CONTEXTS, TinyProject
from tests.enforcement.kinds.shop import PAYMENTS, couplings


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

    def test_knows_loaders_of_paths_and_of_several_names(self, project: TinyProject) -> None:
        project.map(f'[check]\nloaders = ["get_classes", "lazy"]\n{TWO_CONTEXTS}').write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/payments/types.py": "class PaymentType: ...\n",
                "shop/bookings/a.py": (
                    "Payment, Payer = get_classes('payments.models', ['Payment', 'Payer'])\n"
                    "Type = strawberry.lazy('shop.payments.types')\n"
                    "Other = strawberry.lazy('.types')\n"
                ),
            }
        )

        links, unresolved = project.links()

        assert [(link.kind, link.line, link.target) for link in links] == [
            ("get_model", 1, "payments.Payer"),
            ("get_model", 1, "payments.Payment"),
            ("get_model", 2, "shop.payments.types"),
        ]
        assert unresolved == {"get_model": 1}

    def test_stands_for_the_model_wherever_its_name_is_used(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": (
                    "from django.db import models\n"
                    "class Payment(models.Model):\n"
                    "    trip = models.ForeignKey('bookings.Trip', models.CASCADE, related_name='paid_by')\n"
                ),
                "shop/bookings/models.py": (
                    "from django.apps import apps\n"
                    "from django.db import models\n"
                    "class Trip(models.Model):\n"
                    "    pass\n"
                    "class Cruise(models.Model):\n"
                    "    payment = models.ForeignKey(apps.get_model('payments', 'Payment'), models.CASCADE)\n"
                ),
                "shop/bookings/apps.py": (
                    "from django.apps import AppConfig, apps\n"
                    "from django.db.models.signals import post_save\n"
                    "Trip = apps.get_model('bookings', 'Trip')\n"
                    "class BookingsConfig(AppConfig):\n"
                    "    name = 'shop.bookings'\n"
                    "    def ready(self):\n"
                    "        Own = self.get_model(model_name='Trip')\n"
                    "        Payment = apps.get_model(app_label='payments', model_name='Payment')\n"
                    "        post_save.connect(on, sender=Payment)\n"
                    "        Own.objects.filter(paid_by__trip=1)\n"
                    "        Trip.objects.first().paid_by.all()\n"
                ),
            }
        )

        found = [(c.kind, c.line) for c in project.links()[0] if c.path.endswith("apps.py")]

        assert found == [("get_model", 8), ("signal", 9), ("lookup", 10), ("reverse", 11)]
        assert couplings(project, "relation")[0] == "relation bookings/models.py:6 Cruise -> payments.Payment"
