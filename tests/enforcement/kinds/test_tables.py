"""Is raw SQL seen that names another context's tables, and every need of its migrations?"""

from __future__ import annotations

import pytest

from tests.enforcement.conftest import TinyProject
from tests.enforcement.kinds.shop import PAYMENTS, couplings


class TestSQL:
    @pytest.mark.parametrize(
        "statement",
        [
            "cursor.execute('''SELECT 1\n FROM bookings_trip t\n JOIN payments_payment p ON true''')",
            "Trip.objects.raw(QUERY)",
            "operation = migrations.RunSQL(sql='ALTER TABLE IF EXISTS payments_payment ADD x int')",
            "cursor.execute(f'SELECT 1 FROM payments_payment WHERE id = {pk}')",
            "cursor.execute('SELECT 1 FROM payments_payment WHERE id = %s' % pk)",
            "connection.cursor().execute('SELECT {} '.format(x) + 'FROM payments_payment')",
            "cursor.executemany('INSERT INTO public.payments_payment VALUES (%s)', rows)",
        ],
    )
    def test_names_the_table(self, project: TinyProject, statement: str) -> None:
        text = f"QUERY = 'DELETE FROM \"payments_payment\"'\n{statement}\n"
        project.write({"shop/payments/models.py": PAYMENTS, "shop/bookings/a.py": text})

        assert couplings(project, "sql") == ["sql bookings/a.py:2 <module> -> payments_payment"]

    def test_that_is_put_together_at_run_time_is_unresolved(self, project: TinyProject) -> None:
        text = "cursor.execute(f'SELECT 1 FROM {table}')\nclient.execute(request)\n"
        project.write({"shop/bookings/a.py": text})

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
