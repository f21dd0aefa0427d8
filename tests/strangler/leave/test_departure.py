"""Does the code leave whole, and leave behind what must stay?"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Shop


@pytest.fixture
def shop(new_shop: Callable[..., Shop]) -> Shop:
    return new_shop("sqlite")


def plan(shop: Shop) -> dict[str, Any]:
    """What `--dry-run` says."""
    facts: dict[str, Any] = json.loads(shop.take_out("--dry-run", "--json").stdout)
    return facts


class TestTakeOut:
    def test_says_what_it_would_do_and_does_nothing(self, shop: Shop) -> None:
        facts = plan(shop)

        assert facts["deleted"] == ["payments/secrets.py", "payments/templates/payments/receipt.txt"]
        assert facts["written"] == [
            "boundaries.toml",
            "payments/migrations/0002_payments_leaves.py",
            "payments/models.py",
            "payments/rules.py",
        ]
        assert shop.git("status", "--porcelain") == ""

    def test_keeps_what_old_migrations_import_with_what_that_needs(self, shop: Shop) -> None:
        shop.take_out()

        models = (shop.root / "payments/models.py").read_text()
        assert "def receipt_path" in models
        assert "class PaymentQuerySet" in models
        assert "class Payment(" not in models
        assert "secrets" not in (shop.root / "payments/rules.py").read_text()
        assert (shop.root / "payments/public/values.py").exists()
        assert not (shop.root / "payments/secrets.py").exists()

    def test_records_in_the_map_that_the_context_is_outside(self, shop: Shop) -> None:
        shop.take_out()

        assert (
            '[contexts.payments]\nstate = "outside"\npackages' in (shop.root / "boundaries.toml").read_text()
        )
        assert shop.do("check") == "System check identified no issues (0 silenced).\n"

    def test_names_what_is_left_over_elsewhere(self, shop: Shop) -> None:
        files = {
            "payments/local.py": "from django.conf import settings\n\nLIMIT = settings.PAYMENT_LIMIT\n",
            "zz/tests/__init__.py": "",
            "zz/tests/test_pay.py": "from payments.models import Payment\n",
            "zz/fixtures/some.json": '[{"model": "payments.tag", "fields": {"name": "large"}}]',
        }
        for path, text in files.items():
            (shop.root / path).parent.mkdir(exist_ok=True)
            (shop.root / path).write_text(text)
        settings = shop.root / "config/settings.py"
        settings.write_text(settings.read_text() + "PAYMENT_LIMIT = 100\n")

        found = {(left["path"], left["what"]): left["breaks"] for left in plan(shop)["leftovers"]}

        assert found == {
            ("config/settings.py", "setting: PAYMENT_LIMIT, which nobody else reads"): False,
            ("zz/fixtures/some.json", "fixture: some.json"): False,
            ("zz/tests/test_pay.py", "test module: zz.tests.test_pay"): False,
        }

    def test_is_refused_while_other_code_would_break(self, shop: Shop) -> None:
        (shop.root / "zz/jobs.py").write_text(
            "from payments.secrets import score\n\nJOB = 'payments.secrets.score'\n"
        )
        shop.git("add", "--all")
        shop.git("commit", "--quiet", "--message", "a job")

        done = shop.take_out()

        assert done.returncode == 2
        assert "BD866: 2 places in code that stays" in done.stderr
        assert "zz/jobs.py:1 imports payments.secrets" in done.stderr
        assert (shop.root / "payments/secrets.py").exists()

    def test_is_refused_where_git_could_not_take_it_back(self, shop: Shop) -> None:
        (shop.root / "zz/models.py").write_text((shop.root / "zz/models.py").read_text() + "\n# mine\n")

        done = shop.take_out()

        assert done.returncode == 2
        assert "BD867" in done.stderr
        assert "zz/models.py" in done.stderr

    def test_is_refused_where_a_model_lies_in_somebody_elses_code(self, shop: Shop) -> None:
        path = shop.root / "boundaries.toml"
        path.write_text(path.read_text().replace('["payments"]', '["payments"]\nmodels = ["zz.Entry"]'))

        done = shop.take_out("--dry-run")

        assert done.returncode == 2
        assert "BD869: The model Entry of payments is in zz.models, whose code belongs to last" in done.stderr

    def test_is_refused_where_the_door_needs_a_model(self, shop: Shop) -> None:
        (shop.root / "payments/public/values.py").write_text(
            "from payments.models import Payment\n\nMoney = Payment\n"
        )

        done = shop.take_out("--dry-run")

        assert done.returncode == 2
        assert "BD864: payments.models must stay" in done.stderr
