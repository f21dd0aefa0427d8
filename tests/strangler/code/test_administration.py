"""Do staff find their work again in a service that has an admin?"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from .test_scaffold import files_of

ADMIN = 'admin = "https://pay.example/admin/"\n'
KEY = "a key that only the two of them know"
JOURNEY = """
import json
import django
django.setup()
from django.test import Client, override_settings
from boundaries.facades.models import Ownership
from boundaries.facades.staff.ticket import Ticket
Ownership.objects.update_or_create(context="pay", defaults={"open": True})
with override_settings(BOUNDARIES={"SIDE": "monolith", "KEYS": {"pay": ["%(key)s"]}}):
    ticket = Ticket("ann", "Ann Lee", ("pay.view_bill", "pay.change_bill", "auth.add_user")).sign(audience="pay")
client = Client(headers={"x-forwarded-proto": "https"})
stranger = client.get("/admin/pay/bill/", follow=True)
sign_in = client.post("/boundaries/staff/sign-in", {"ticket": ticket, "next": "/admin/pay/bill/"})
page = client.get(sign_in["Location"])
from django.contrib.auth.models import User
print(json.dumps({
    "stranger": stranger.redirect_chain,
    "sign_in": sign_in["Location"],
    "page": [page.status_code, "Select bill to change" in page.content.decode(), "add/" in page.content.decode()],
    "users": client.get("/admin/auth/user/").status_code,
    "style": client.get("/static/admin/css/base.css").status_code,
    "held": sorted(User.objects.get().get_all_permissions()),
    "cookies": sorted(client.cookies),
}))
"""


@pytest.fixture
def with_admin(project):
    project.replace("boundaries.toml", 'path = "services/pay"\n', f'path = "services/pay"\n{ADMIN}')
    project.generate()
    return project.root / "services" / "pay"


@pytest.fixture
def without_admin(generated):
    return generated.root / "services" / "pay"


def run(service, *arguments, **environment):
    """Run Python in the service's folder, with what the service is told."""
    settings = {
        "DJANGO_SETTINGS_MODULE": "service.settings",
        "SECRET_KEY": "a secret of sixty characters, so that nobody can guess what it is",
        "BOUNDARIES_KEY_MONOLITH": KEY,
        "MONOLITH_PUBLIC_URL": "https://shop.example",
        "ALLOWED_HOSTS": "testserver",
        "BOUNDARIES_MAP": "",
        "PAY_BANK_TOKEN": "x",
        **environment,
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=service,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.mark.parametrize("kind", ["with_admin", "without_admin"])
def test_a_service_is_fit_to_be_deployed(kind, request):
    known = {"DATABASE_URL": "postgresql://x@127.0.0.1:1/x", "REDIS_URL": "redis://127.0.0.1:1/0"}

    run(request.getfixturevalue(kind), "manage.py", "check", "--deploy", "--fail-level", "WARNING", **known)


class TestAdmin:
    def test_is_in_no_service_whose_address_the_map_does_not_give(self, generated):
        text = "".join(
            content.decode(errors="replace")
            for path, content in files_of(generated.root / "services" / "pay").items()
            if path.startswith("service/")
        )

        assert "admin" not in text

    def test_is_formatted_and_free_of_lint(self, with_admin):
        run(with_admin, "-m", "ruff", "check", ".", "--no-cache")
        run(with_admin, "-m", "ruff", "format", "--check", ".", "--no-cache")

    def test_opens_for_those_whom_the_monolith_sends(self, with_admin, fresh_database):
        database = fresh_database()
        run(with_admin, "manage.py", "migrate", "--verbosity", "0", DATABASE_URL=database.owner_url)
        said = json.loads(
            run(with_admin, "-c", JOURNEY % {"key": KEY}, DATABASE_URL=database.owner_url).stdout
        )

        assert said == {
            "stranger": [
                ["/admin/login/?next=/admin/pay/bill/", 302],
                ["https://shop.example/boundaries/staff/pay/?next=%2Fadmin%2Fpay%2Fbill%2F", 302],
            ],
            "sign_in": "/admin/pay/bill/",
            "page": [200, True, False],
            "users": 403,
            "style": 200,
            "held": ["pay.change_bill", "pay.view_bill"],
            "cookies": ["pay_csrf", "pay_session"],
        }

    def test_depends_on_what_serves_its_style_sheets(self, with_admin):
        assert '"whitenoise",' in (with_admin / "pyproject.toml").read_text()
