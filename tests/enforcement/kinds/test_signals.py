"""Is every receiver seen that listens to another context?"""

from __future__ import annotations

from tests.enforcement.conftest import TinyProject, show
from tests.enforcement.kinds.shop import PAYMENTS


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
        assert not unresolved

    def test_are_seen_with_several_signals_and_any_sender(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/payments/signals.py": (
                    "from django.dispatch import Signal\npaid = Signal()\nclient = connect('x')\n"
                ),
                "shop/bookings/receivers.py": (
                    "from django.db.models.signals import m2m_changed, post_save\n"
                    "from django.dispatch import Signal, receiver\n"
                    "from shop.payments import signals\n"
                    "from shop.payments.models import Payment\n"
                    "booked = Signal()\n"
                    "@receiver([signals.paid, booked])\n"
                    "def a(sender, **kwargs): ...\n"
                    "@receiver(booked, sender=Payment)\n"
                    "def b(sender, **kwargs): ...\n"
                    "m2m_changed.connect(a, Payment.payers.through)\n"
                    "post_save.connect(a, sender=choose())\n"
                    "signals.client.connect()\n"
                    "@receiver(signal=signals.paid, dispatch_uid='c')\n"
                    "def c(sender, **kwargs): ...\n"
                ),
            }
        )

        found, unresolved = project.links()

        assert [(link.line, link.target) for link in found if link.kind == "signal"] == [
            (6, "shop.payments.signals.paid"),
            (8, "payments.Payment"),
            (10, "payments.Payment"),
            (13, "shop.payments.signals.paid"),
        ]
        assert unresolved == {"signal": 1}

    def test_are_seen_where_a_function_of_another_context_gives_the_sender(
        self, project: TinyProject
    ) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/payments/public.py": "def get_payment_model(): ...\n",
                "shop/bookings/receivers.py": (
                    "from django.db.models.signals import post_delete, post_save\n"
                    "from shop.payments.public import get_payment_model\n"
                    "def connect():\n"
                    "    Payment = get_payment_model()\n"
                    "    Mine = get_mine()\n"
                    "    post_save.connect(a, sender=Payment)\n"
                    "    post_save.connect(a, sender=Mine)\n"
                    "post_delete.connect(a, sender=get_payment_model())\n"
                    "def get_mine(): ...\n"
                ),
            }
        )

        found, unresolved = project.links()

        assert [(link.line, link.target) for link in found if link.kind == "signal"] == [
            (6, "shop.payments.public.get_payment_model"),
            (8, "shop.payments.public.get_payment_model"),
        ]
        assert unresolved == {"signal": 1}

    def test_without_sender_are_a_finding_of_their_own(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/bookings/receivers.py": (
                    "from django.core.signals import request_finished\n"
                    "from django.db.models.signals import post_save\n"
                    "from django.dispatch import receiver\n"
                    "@receiver(post_save)\n"
                    "def a(sender, **kwargs): ...\n"
                    "@receiver(request_finished)\n"
                    "def b(sender, **kwargs): ...\n"
                    "post_save.connect(a)\n"
                )
            }
        )

        assert [(v.line, v.target, v.rule) for v in project.check().new] == [
            (4, "post_save", "BD218"),
            (8, "post_save", "BD218"),
        ]
