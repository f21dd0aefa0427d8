"""Is every import between contexts seen, and nothing else?"""

from __future__ import annotations

from tests.enforcement.conftest import TWO_CONTEXTS, TinyProject
from tests.enforcement.kinds.shop import PAYMENTS, couplings


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
