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
