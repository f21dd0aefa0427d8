"""Does an allow comment excuse what it speaks about, and nothing else?"""

from __future__ import annotations

import pytest

from boundaries.enforcement.source.allow import allows_in, allows_in_template
from tests.enforcement.conftest import TWO_CONTEXTS, TinyProject

IMPORT = "from shop.payments.models import models"
KEY = """\
from django.db import models
class Booking(models.Model):
    {above}
    payment = models.ForeignKey(  {first}
        "payments.Payment",  {inside}
        models.CASCADE,
    )  {last}
    other = models.ForeignKey("payments.Payment", models.CASCADE, related_name="+")
"""
PAYMENT = "from django.db import models\nclass Payment(models.Model):\n    pass\n"


def faults(project: TinyProject) -> list[tuple[int, str]]:
    """(line, what is wrong) of every comment that is reported."""
    return [(v.line, v.target) for v in project.check().new if v.rule == "BD216"]


class TestAComment:
    def test_with_a_reason_excuses_its_line(self, project: TinyProject) -> None:
        text = f"{IMPORT}  # boundaries: allow BD202 -- until the door has this, see ticket 7\n{IMPORT}\n"

        result = project.write({"shop/bookings/a.py": text}).check()

        assert [(v.rule, v.line) for v in result.new] == [("BD202", 2)]
        assert [c.rule for c in result.counted] == ["BD202"]

    @pytest.mark.parametrize("place", ["above", "first", "inside", "last"])
    def test_excuses_the_statement_that_it_stands_at(self, project: TinyProject, place: str) -> None:
        comments = dict.fromkeys(("above", "first", "inside", "last"), "")
        comments[place] = "# boundaries: allow BD204 -- ticket 7"
        project.write({"shop/payments/models.py": PAYMENT, "shop/bookings/models.py": KEY.format(**comments)})

        assert [(v.rule, v.line) for v in project.check().new] == [("BD204", 8)]

    def test_inside_a_list_excuses_one_item(self, project: TinyProject) -> None:
        text = (
            "MIDDLEWARE = [\n"
            "    'shop.payments.a.First',\n"
            "    'shop.payments.a.Second',  # boundaries: allow BD202 -- ticket 7\n"
            "    # boundaries: allow BD202 -- ticket 8\n"
            "    'shop.payments.a.Third',\n"
            "]\n"
        )
        project.write({"shop/payments/a.py": "class First: ...\nclass Second: ...\nclass Third: ...\n"})

        assert [v.line for v in project.write({"shop/bookings/settings.py": text}).check().new] == [2]

    def test_may_name_several_rules(self, project: TinyProject) -> None:
        text = (
            "# boundaries: allow BD202, BD208 -- moves next week\n"
            "import shop.payments.models as money\n"
            "class Deposit(money.Payment):  # boundaries: allow BD208 -- moves next week\n"
            "    pass\n"
        )
        project.write({"shop/payments/models.py": PAYMENT, "shop/bookings/models.py": text})

        assert faults(project) == [(1, "allow BD208: nothing that it covers breaks it")]

    def test_in_a_string_is_none(self, project: TinyProject) -> None:
        text = '"""Write\n# boundaries: allow BD202 -- the reason\n"""\nHINT = "# boundaries: allow BD202"\n'

        assert project.write({"shop/bookings/a.py": text}).codes() == []

    def test_in_a_file_that_cannot_be_cut_into_tokens_is_read(self) -> None:
        [fact] = allows_in(b"# boundaries: allow BD202 -- why\n# more\nimport a\n'''never closed\n")

        assert (fact.codes, fact.reason, fact.covers) == (("BD202",), "why", (3,))

    def test_in_a_template_is_read(self) -> None:
        text = b"<p>{{ a }} {# boundaries: allow BD219 -- why #}\n{# boundaries: allow BD219 #}\n<br>\n"

        assert [(a.line, a.codes, a.reason, a.covers) for a in allows_in_template(text)] == [
            (1, ("BD219",), "why", (1,)),
            (2, ("BD219",), "", (3,)),
        ]

    def test_in_a_template_excuses_its_line(self, project: TinyProject) -> None:
        include = '{% include "payments/receipt.html" %}'
        page = f"{include} {{# boundaries: allow BD221 -- ticket 7 #}}\n{include}\n{{# boundaries: allow BD221 #}}\n"
        project.write({"shop/payments/templates/payments/receipt.html": "<p>\n"})
        project.write({"shop/bookings/templates/bookings/show.html": page})

        assert [(v.rule, v.line) for v in project.check().new] == [("BD221", 2), ("BD216", 3)]


class TestAFaultyComment:
    @pytest.mark.parametrize(
        ("comment", "fault"),
        [
            ("allow BD202", "allow BD202: no reason is given"),
            ("allow BD202 --", "allow BD202: no reason is given"),
            (
                "allow BD202 because I say so",
                "allow: it names no rule; write the code, then `--` and the reason",
            ),
            ("allow -- all of it", "allow: it names no rule; write the code, then `--` and the reason"),
            ("allow BD299 -- ticket 7", "allow BD299: there is no such rule; BD219?"),
        ],
    )
    def test_is_reported_and_excuses_nothing(self, project: TinyProject, comment: str, fault: str) -> None:
        project.write({"shop/bookings/a.py": f"{IMPORT}  # boundaries: {comment}\n"})

        assert faults(project) == [(1, fault)]
        assert "BD202" in project.codes()

    def test_is_one_that_excuses_nothing(self, project: TinyProject) -> None:
        project.write({"shop/bookings/a.py": "import os  # boundaries: allow BD204 -- was needed once\n"})

        assert faults(project) == [(1, "allow BD204: nothing that it covers breaks it")]

    def test_is_counted_only_in_an_open_context(self, project: TinyProject) -> None:
        project.write({"shop/bookings/a.py": "import os  # boundaries: allow BD204 -- was needed once\n"})
        project.map(TWO_CONTEXTS.replace("[contexts.bookings]", '[contexts.bookings]\nmode = "open"'))

        result = project.check()

        assert result.is_clean
        assert [c.rule for c in result.counted] == ["BD216"]
