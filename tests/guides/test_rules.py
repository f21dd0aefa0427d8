"""Does the page of the lint's rules say what the rules say?"""

from __future__ import annotations

from boundaries import cli
from tests.guides.document import GUIDES


def test_the_page_is_what_explain_prints(capsys):
    assert cli.main(["explain", "--format", "markdown"]) == 0

    assert (GUIDES / "rules.md").read_text(encoding="utf-8") == capsys.readouterr().out
