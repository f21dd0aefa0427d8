"""Who depends on whom among deployables, and is a service's own word heard?"""

from __future__ import annotations

import json

import pytest

from tests.enforcement.conftest import TinyProject

MAP = """\
[contexts.bookings]
packages = ["shop.bookings"]
owner = "Booking team"
calls = ["payments"]

[contexts.payments]
packages = ["shop.payments"]
owner = "Money team"
facade = "shop.payments.public:Payments"
calls = []
listens_to = ["bookings"]

[contexts.payments.service]
path = "services/payments"
url = "env:PAYMENTS_URL"
"""
DOOR = 'from boundaries import Facade\nclass Payments(Facade, context="payments", version="{version}"): ...\n'
SERVICE = 'compiled = true\n[contexts.payments]\npackages = ["shop.payments"]\n'


@pytest.fixture
def shop(project: TinyProject) -> TinyProject:
    return project.map(MAP).write(
        {
            "shop/payments/public/__init__.py": "from .facade import Payments\n",
            "shop/payments/public/facade.py": DOOR.format(version=1),
            "services/payments/boundaries.toml": SERVICE,
            "services/payments/shop/payments/public.py": DOOR.format(version=1),
        }
    )


class TestMap:
    def test_tells_what_each_deployable_runs_and_needs(self, shop, run):
        code, out, _ = run("map", "--services")

        assert code == 0
        assert out == (
            "monolith  (Booking team; .)\n"
            "    runs 1 context: bookings\n"
            "    bookings calls payments, version 1\n"
            "\n"
            "payments  (Money team; services/payments)\n"
            "    payments listens to bookings in monolith\n"
        )

    def test_tells_when_a_caller_wants_a_version_that_is_not_offered(self, shop, run):
        shop.write({"services/payments/shop/payments/public.py": DOOR.format(version=2)})

        assert "bookings calls payments, version 1, while payments offers 2" in run("map", "--services")[1]

    def test_is_drawn_with_calls_and_events(self, shop, run):
        lines = run("map", "--services", "--format", "mermaid")[1].splitlines()

        assert '    monolith -->|"payments 1"| payments' in lines
        assert "    monolith -.-> payments" in lines

    def test_has_owners_versions_and_addresses_for_scripts(self, shop, run):
        said = json.loads(run("map", "--services", "--json")[1])

        assert said["deployables"][1] == {
            "name": "payments",
            "folder": "services/payments",
            "owners": ["Money team"],
            "contexts": ["payments"],
            "offers": {"payments": "1"},
            "url": "env:PAYMENTS_URL",
        }

    def test_has_no_other_picture(self, shop, run):
        code, _, err = run("map", "--services", "--format", "svg")

        assert code == 2
        assert err.startswith("BD247: ")


class TestServicesOwnMap:
    def test_can_close_a_circle(self, shop):
        shop.write(
            {
                "services/payments/boundaries.toml": SERVICE
                + 'calls = ["bookings"]\n[contexts.bookings]\npackages = ["shop.bookings"]\n'
            }
        )

        assert shop.codes() == ["BD241"]

    def test_is_refused_with_its_line_when_it_is_wrong(self, shop, run):
        shop.write({"services/payments/boundaries.toml": f"{SERVICE}call = []\n"})
        code, _, err = run("check")

        assert code == 2
        assert "services/payments/boundaries.toml:4" in err


class TestGuard:
    def test_finds_nothing_where_a_service_is_only_planned(self, project):
        project.map(MAP.replace("facade", "# facade"))

        assert project.codes() == []

    def test_keeps_to_the_baseline(self, shop):
        shop.write(
            {"services/payments/shop/payments/sql.py": 'cursor.execute("DELETE FROM bookings_booking")\n'}
        )
        before = shop.codes()
        shop.check(accept_new="known since the first release")

        assert (before, shop.codes()) == (["BD240"], [])

    def test_one_database_for_two_services_is_shared_and_shows_no_password(self, shop):
        database = 'database = "postgresql://money:secret@db/shop"\n'
        shop.map(f'{MAP}{database}[contexts.bookings.service]\npath = "services/bookings"\n{database}')
        shop.write(
            {
                "services/bookings/boundaries.toml": 'compiled = true\n[contexts.bookings]\npackages = ["shop.bookings"]\n'
            }
        )
        [found] = [violation for violation in shop.check().new if violation.rule == "BD240"]

        assert found.target == "the database db/shop"
