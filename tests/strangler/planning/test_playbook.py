"""Is the playbook a page of its context, and does it keep what a team has ticked?"""

from dataclasses import replace

import pytest

from boundaries.strangler import catalogue
from boundaries.strangler.planning.facts import Place
from boundaries.strangler.planning.playbook import STEPS, NotAPlaybook, render_playbook, write_playbook
from boundaries.strangler.planning.report import build_plan

from .facts import FREE, related

RELATED = related("relation")
BLOCKED = build_plan(RELATED)


def test_every_blocker_and_every_step_has_a_box():
    page = render_playbook(BLOCKED)

    assert "- [ ] `shop/pay/models.py:7` pay.Bill.payer has a foreign key to people.Person of people." in page
    assert all(f"- [ ] `boundaries extract pay {step}`" in page for step in catalogue.JOURNEY[1:])


def test_its_steps_are_those_of_the_journey():
    assert ("plan", *(step for step, _, _ in STEPS)) == catalogue.JOURNEY


def test_a_box_stays_ticked_when_its_line_has_moved():
    ticked = render_playbook(BLOCKED).replace("- [ ] `shop/pay/models.py:7`", "- [x] `shop/pay/models.py:7`")
    [relation] = RELATED.relations
    moved = build_plan(
        replace(RELATED, relations=(replace(relation, place=Place("shop/pay/models.py", 70)),))
    )

    page = render_playbook(moved, before=ticked)

    assert "- [x] `shop/pay/models.py:70` pay.Bill.payer" in page
    assert page.count("- [x]") == render_playbook(moved).count("- [x]") + 1


def test_what_is_true_already_is_ticked():
    assert "- [x] nothing blocks" in render_playbook(build_plan(FREE))
    assert "- [ ] nothing blocks" in render_playbook(BLOCKED)


def test_BD802_another_file_is_not_written_over(tmp_path):
    path = tmp_path / "README.md"
    path.write_text("# Something else\n")

    with pytest.raises(NotAPlaybook):
        write_playbook(BLOCKED, path)

    assert path.read_text() == "# Something else\n"
