"""Is everything that blocks an extraction found, each by its own code, and nothing else?"""

import pickle
from dataclasses import replace

import pytest

from boundaries.strangler.planning.blocker import RULES, find_blockers
from boundaries.strangler.planning.facts import (
    Column,
    DatabaseFacts,
    ForeignKey,
    ModelFacts,
    Place,
    Refusal,
)

from .facts import COLUMNS, FREE, LINE, STORED, crossing, declared, related, stored


def codes(facts):
    return [blocker.code for blocker in find_blockers(facts)]


def test_nothing_blocks_a_context_that_is_ready():
    assert codes(FREE) == []


def test_BD520_a_foreign_key_into_another_context_blocks():
    [blocker] = find_blockers(related("relation"))

    assert (blocker.code, blocker.path, blocker.line) == ("BD520", "shop/pay/models.py", 7)
    assert "Reference('people.Person')" in blocker.remedy


def test_BD520_a_foreign_key_from_another_context_blocks_too():
    [blocker] = find_blockers(related("relation", source_context="people", target_context="pay"))

    assert "the facade of pay" in blocker.remedy


def test_BD521_an_import_of_internals_blocks_and_one_of_the_door_does_not():
    assert codes(crossing("import")) == ["BD521"]
    assert codes(crossing("import", through_door=True)) == []
    assert codes(crossing("import", incoming=False)) == [], "its own imports are judged by what can be copied"


@pytest.mark.parametrize("key", [(), ("note",)])
def test_BD522_a_table_without_the_key_that_django_thinks_of_blocks(key):
    assert codes(stored(key=key)) == ["BD522"]


def test_BD523_an_unmanaged_model_blocks():
    model = ModelFacts("pay.View", "pay_view", managed=False, app_context="pay", place=LINE)

    assert codes(replace(FREE, models=(model,))) == ["BD523"]


@pytest.mark.parametrize("kind", ["generic", "content type"])
def test_BD524_what_is_known_by_content_type_blocks(kind):
    assert codes(related(kind)) == ["BD524"]


def test_BD525_a_parent_table_in_another_context_blocks():
    assert codes(related("inheritance")) == ["BD525"]


@pytest.mark.parametrize("kind", ["v", "m", "f"])
def test_BD526_anything_but_a_table_blocks(kind):
    assert codes(stored(relation_kind=kind)) == ["BD526"]


def test_BD526_a_partition_on_another_server_blocks_and_others_do_not():
    assert codes(stored(relation_kind="p")) == []
    assert codes(stored(relation_kind="p", foreign_parts=("pay_bill_2024",))) == ["BD526"]


def test_BD526_a_table_that_a_crash_empties_blocks():
    assert codes(stored(is_unlogged=True)) == ["BD526"]


def test_BD526_table_inheritance_blocks():
    assert codes(stored(inherits=("pay_all",))) == ["BD526"]


@pytest.mark.parametrize(
    "spoilt", [{"triggers": ("audit",)}, {"rules": ("no_delete",)}, {"has_row_security": True}]
)
def test_BD527_what_writes_by_itself_or_hides_rows_blocks(spoilt):
    assert codes(stored(**spoilt)) == ["BD527"]


@pytest.mark.parametrize(
    ("deferrable", "on_delete", "on_update"),
    [(False, "NO ACTION", "NO ACTION"), (True, "CASCADE", "NO ACTION"), (True, "NO ACTION", "SET NULL")],
)
def test_BD528_a_constraint_that_acts_or_cannot_wait_blocks(deferrable, on_delete, on_update):
    key = ForeignKey("bill_of", "pay_bill", "pay_bill", deferrable, on_delete, on_update)

    assert codes(stored(foreign_keys=(key,))) == ["BD528"]


def test_BD528_a_constraint_that_old_rows_may_break_blocks():
    assert codes(stored(unvalidated=("small",))) == ["BD528"]


def test_BD528_a_constraint_to_a_table_that_stays_blocks_unless_a_relation_says_the_same():
    key = ForeignKey("payer", "pay_bill", "people_person", True, "NO ACTION", "NO ACTION")
    facts = stored(foreign_keys=(key,))

    assert codes(facts) == ["BD528"]
    assert codes(replace(facts, known_keys=frozenset({("pay_bill", "people_person")}))) == []


@pytest.mark.parametrize(
    "column",
    [
        Column("blob", "oid"),
        Column("who", "regclass[]"),
        Column("mood", "mood", kind="e", is_core=False),
        Column("place", "geometry(Point,4326)", is_core=False),
        Column("short", "positive", kind="d"),
    ],
)
def test_BD529_a_type_that_may_not_survive_the_copy_blocks(column):
    assert codes(stored(columns=(*COLUMNS, column))) == ["BD529"]


def test_BD529_a_sequence_that_might_hand_out_a_key_twice_blocks():
    assert codes(stored(odd_sequences=("pay_bill_id_seq",))) == ["BD529"]


@pytest.mark.parametrize(
    "missing", [{"facade": None}, {"implementation": None}, {"problems": ("it has no class",)}]
)
def test_BD530_a_missing_door_blocks(missing):
    assert codes(declared(**missing)) == ["BD530"]


@pytest.mark.parametrize(
    "missing", [{"has_service": False}, {"service_url": None}, {"service_database": None}]
)
def test_BD531_a_service_that_the_map_does_not_place_blocks(missing):
    assert codes(declared(**missing)) == ["BD531"]


def test_BD532_an_import_that_cannot_come_along_blocks():
    refusal = Refusal(
        Place("shop/pay/local.py", 4), "shop.cart.models", "is an internal of cart", "Ask its facade."
    )
    [blocker] = find_blockers(replace(FREE, code=replace(FREE.code, refusals=(refusal,))))

    assert (blocker.code, blocker.path, blocker.line) == ("BD532", "shop/pay/local.py", 4)
    assert "shop.cart.models" in blocker.what


@pytest.mark.parametrize("kind", ["lookup", "reverse", "get_model", "signal", "task", "sql", "transaction"])
def test_BD533_reaching_over_without_an_import_blocks_in_both_directions(kind):
    assert codes(crossing(kind)) == ["BD533"]
    assert codes(crossing(kind, incoming=False)) == ["BD533"]
    assert codes(crossing(kind, breaks_rule=False)) == []


@pytest.mark.parametrize("kind", ["url", "template", "setting", "migration"])
def test_what_breaks_only_when_the_code_goes_is_no_blocker(kind):
    assert codes(crossing(kind)) == []


def test_BD534_a_model_in_an_app_of_others_blocks():
    model = ModelFacts("core.Bill", "pay_bill", managed=True, app_context="core", place=LINE)

    assert codes(replace(FREE, models=(model,))) == ["BD534"]
    assert codes(declared(claims_models=("core.Bill",))) == ["BD534"]


def test_BD803_the_user_model_blocks_where_it_would_leave():
    assert codes(replace(FREE, user_model="pay.Bill")) == ["BD803"]
    assert codes(replace(FREE, user_model="people.Person")) == []


def test_BD800_a_proxy_of_another_contexts_model_blocks():
    assert codes(related("proxy")) == ["BD800"]


def test_BD535_a_table_that_is_not_there_blocks():
    assert codes(replace(FREE, database=DatabaseFacts("postgresql", missing=("pay_bill",)))) == ["BD535"]
    assert codes(replace(FREE, database=DatabaseFacts("sqlite", problem="sqlite is not PostgreSQL"))) == [
        "BD535"
    ]


def test_a_database_that_does_not_answer_is_no_blocker():
    assert codes(replace(FREE, database=DatabaseFacts("postgresql", problem="connection refused"))) == []


class TestOrder:
    def test_the_door_comes_before_relations_and_relations_before_tables(self):
        facts = replace(declared(facade=None), relations=related("relation").relations)
        facts = replace(facts, tables=stored(triggers=("audit",)).tables)

        assert codes(facts) == ["BD530", "BD520", "BD527"]

    def test_within_a_kind_it_is_that_of_file_and_line(self):
        one = related("relation").relations[0]
        facts = replace(
            FREE,
            relations=(
                replace(one, place=Place("shop/z.py", 1)),
                replace(one, place=Place("shop/a.py", 20)),
                replace(one, place=Place("shop/a.py", 3)),
            ),
        )

        assert [(item.path, item.line) for item in find_blockers(facts)] == [
            ("shop/a.py", 3),
            ("shop/a.py", 20),
            ("shop/z.py", 1),
        ]

    def test_a_code_stands_for_one_rule_only(self):
        assert len({rule.code for rule in RULES}) == len(RULES)


def test_a_finding_survives_a_pickle():
    [blocker] = find_blockers(stored(key=()))

    assert pickle.loads(pickle.dumps(blocker)) == blocker
    assert STORED.name in blocker.what
