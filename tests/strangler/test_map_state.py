"""Is a context's state written into the map, wherever it is declared, and nothing else changed?"""

from __future__ import annotations

import dataclasses

import pytest

from boundaries.contexts.map import current_map
from boundaries.strangler.map_state import state_of
from boundaries.strangler.map_table import with_state
from boundaries.strangler.models import Extraction

TABLE = '[contexts.ledger]\npackages = ["ledger"]\n{state}calls = []\n\n[contexts.orders]\nstate = "inside"\n'


@pytest.fixture
def written(tmp_path):
    def write(text, state, **options):
        path = tmp_path / "boundaries.toml"
        path.write_text(text)
        return with_state(dataclasses.replace(current_map().context("ledger"), path=path), state, **options)[
            1
        ]

    return write


class TestLine:
    @pytest.mark.parametrize("before", ["", 'state = "inside"\n', "state='outside' # for now\n"])
    def test_is_put_into_the_contexts_table_whatever_was_there(self, written, before):
        after = written(TABLE.format(state=before), "moving")

        assert after.splitlines()[:3] == ["[contexts.ledger]", 'state = "moving"', 'packages = ["ledger"]']
        assert after.endswith('calls = []\n\n[contexts.orders]\nstate = "inside"\n')

    def test_is_left_out_where_it_says_what_is_meant_anyway(self, written):
        assert "moving" not in written(TABLE.format(state='state = "moving"\n'), "inside")

    def test_is_put_first_in_a_file_of_the_contexts_own(self, written):
        assert written('packages = ["ledger"]\n', "moving") == 'state = "moving"\npackages = ["ledger"]\n'

    def test_takes_other_keys_out_with_it(self, written):
        assert (
            "calls"
            not in written(TABLE.format(state=""), "outside", without=["calls"]).partition(
                "[contexts.orders]"
            )[0]
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stored", "state"),
    [({}, "inside"), ({"wanted": "following"}, "moving"), ({"reached": "complete"}, "outside")],
)
def test_the_stored_step_is_the_truth(stored, state):
    Extraction.objects.create(context="ledger", **stored)

    assert state_of("ledger") == state
    assert state_of("orders") == "inside"
