"""Which calls over a border stand inside a transaction, and which only near one?"""

import pytest

from boundaries.contexts.map import load_map
from boundaries.enforcement import api as lint
from boundaries.strangler.code.source import SourceTree
from boundaries.strangler.planning.crossing import crossings_of
from boundaries.strangler.planning.held_call import find_held_calls

MAP = '[contexts.cart]\npackages = ["cart"]\n[contexts.pay]\npackages = ["pay"]\n'
IMPORTS = "from django.db import transaction\nfrom django.db.transaction import atomic\nfrom pay.services import book, task\n"
HELD = {
    "with transaction.atomic():\n    book()": ["book"],
    "with transaction.atomic(using='other'), open('x') as f:\n    for row in f:\n        book(row)": ["book"],
    "@transaction.atomic\ndef buy():\n    return [book(n) for n in range(3)]": ["book"],
    "@atomic(durable=True)\nasync def buy():\n    await book.later()": ["book.later"],
    "class Shop:\n    @atomic\n    def buy(self):\n        if self:\n            book()": ["book"],
}
FREE = (
    "book()\nwith transaction.atomic():\n    pass",
    "@task()\n@transaction.atomic\ndef buy():\n    pass",
    "with transaction.atomic(savepoint=book()):\n    pass",
    "with open('x'):\n    book()",
    "with transaction.atomic():\n    booked = 1\n    print(booked)",
)


def held(folder, code):
    for name, text in (
        ("cart/views.py", IMPORTS + code),
        ("pay/services.py", "def book(): ...\ndef task(): ...\n"),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    (folder / "boundaries.toml").write_text(MAP)
    context_map = load_map(folder / "boundaries.toml")
    crossings = crossings_of(
        context_map, context_map.context("pay"), lint.coupling_graph(context_map).couplings
    )
    return [
        call.name for call in find_held_calls(SourceTree(context_map), lint.analysis(context_map), crossings)
    ]


@pytest.mark.parametrize(("code", "names"), HELD.items())
def test_inside_it_is_found(tmp_path, code, names):
    assert held(tmp_path, code) == names


@pytest.mark.parametrize("code", FREE)
def test_beside_it_is_not(tmp_path, code):
    assert held(tmp_path, code) == []
