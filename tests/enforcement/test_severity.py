"""How grave is a broken rule: as the rule says, the map says for all, or one context says for itself?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.enforcement.conftest import TWO_CONTEXTS, TinyProject

KEY = """\
from django.db import models
class Booking(models.Model):
    payment = models.ForeignKey("payments.Payment", models.CASCADE)
"""
PAYMENT = "from django.db import models\nclass Payment(models.Model):\n    pass\n"
ALL = '[check.severity]\nBD204 = "{}"\n'
ONE = '[contexts.bookings.severity]\nBD204 = "{}"\n'


@pytest.fixture
def keyed(project: TinyProject) -> TinyProject:
    return project.write({"shop/payments/models.py": PAYMENT, "shop/bookings/models.py": KEY})


def verdict(project: TinyProject, *tables: str, mode: str = "strict") -> tuple[list[str], list[str]]:
    """(rules that fail, rules that are counted) under a map with these tables."""
    bookings = f'[contexts.bookings]\nmode = "{mode}"'
    project.map("\n".join([TWO_CONTEXTS.replace("[contexts.bookings]", bookings), *tables]))
    result = project.check()
    return [c.rule or "" for c in result.new], [c.rule or "" for c in result.counted]


class TestSeverity:
    def test_is_the_rules_own_where_nobody_says_otherwise(self, keyed: TinyProject) -> None:
        assert verdict(keyed) == (["BD204"], [])
        assert verdict(keyed, mode="open") == ([], ["BD204"])

    def test_is_set_for_all_contexts(self, keyed: TinyProject) -> None:
        assert verdict(keyed, ALL.format("warning")) == ([], ["BD204"])
        assert verdict(keyed, ALL.format("off")) == ([], [])
        assert verdict(keyed, ALL.format("error"), mode="open") == ([], ["BD204"])

    def test_is_set_for_one_context_before_all_else(self, keyed: TinyProject) -> None:
        assert verdict(keyed, ALL.format("error"), ONE.format("warning")) == ([], ["BD204"])
        assert verdict(keyed, ALL.format("off"), ONE.format("error")) == (["BD204"], [])
        assert verdict(keyed, ONE.format("error"), mode="open") == (["BD204"], [])
        assert verdict(keyed, ONE.format("off"), mode="open") == ([], [])

    def test_is_that_of_the_context_that_breaks_the_rule(self, keyed: TinyProject) -> None:
        assert verdict(keyed, ONE.format("off").replace("bookings", "payments")) == (["BD204"], [])

    def test_makes_a_note_fail(self, project: TinyProject) -> None:
        owners = '[check.severity]\nBD207 = "error"\n'
        text = TWO_CONTEXTS.replace("[contexts.payments]", '[contexts.payments]\nowner = "Money team"')

        assert project.map(text + owners).codes() == ["BD207"]

    def test_leaves_an_import_to_the_next_rule_when_one_is_off(self, project: TinyProject) -> None:
        project.use_linter = True
        project.write({"shop/bookings/a.py": "from shop.payments.models import models\n"})
        text = TWO_CONTEXTS.replace("[contexts.bookings]", "[contexts.bookings]\ncalls = []")
        assert project.map(text).codes() == ["BD201"]

        assert project.map(f'{text}\n[check.severity]\nBD201 = "off"\n').codes() == ["BD202"]

    @pytest.mark.parametrize(
        ("table", "said"),
        [
            ('[check.severity]\nBD20 = "off"', "boundaries.toml:8: check.severity: there is no rule 'BD20'"),
            (ONE.format("of"), "boundaries.toml:8: contexts.bookings.severity.BD204 is 'of', not one of"),
        ],
    )
    def test_is_refused_with_its_line_when_it_cannot_be(
        self, project: TinyProject, run: Callable[..., tuple[int, str, str]], table: str, said: str
    ) -> None:
        project.map(f"{TWO_CONTEXTS}\n{table}\n")

        code, out, err = run("check")

        assert (code, out) == (2, "")
        assert said in err
        assert err.count("\n") == 1


class TestAContextThatHasLeft:
    def test_has_no_inside_that_anybody_may_import(self, project: TinyProject) -> None:
        views = "import shop.payments.models\nfrom shop.payments.public import Payments\n"
        project.write({"shop/payments/models.py": PAYMENT, "shop/bookings/views.py": views})
        off = ONE.format("off").replace("BD204", "BD202")
        project.map(
            "\n".join(
                [TWO_CONTEXTS.replace("[contexts.payments]", '[contexts.payments]\nstate = "outside"'), off]
            )
        )

        assert [c.rule for c in project.check().new] == ["BD202"]
