"""Is every dotted path into another context seen, and no string that only has dots?"""

from __future__ import annotations

from tests.enforcement.conftest import TinyProject
from tests.enforcement.kinds.shop import PAYMENTS


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
        assert [link.kind for link in project.links()[0]] == ["setting", "setting", "setting", "task"]
