"""Does leaving statements unparsed lose anything?"""

from __future__ import annotations

from pathlib import Path

import pytest

from boundaries.enforcement.source import extract as extracting
from boundaries.enforcement.source.extract import extract
from boundaries.enforcement.source.facts import FileFacts
from boundaries.enforcement.source.sieve import places
from boundaries.enforcement.source.thin import thin

REPOSITORY = Path(__file__).parents[2]
PACKAGES = ("boundaries", "monolith", "tests/enforcement", "tests/facades")

SILENT = '''\
class Cart:
    def add(self, item):
        """Add it."""
        self.items.append(item)
        if item.price > 10:
            self.notify()

        return self
'''
BLOCKS = """\
def pay(order):
    log(order)
    for line in order.lines.all():
        check(line, with_all_that_belongs_to_it=True)
        note(line, and_everything_that_is_known=True)

        if line.order__paid:
            skip(line)
        else:
            x = line.payment_set
"""
# Each holds one fact in a place where a careless cut would lose it, or make another of it.
TRAPS = {
    "after a silent statement": "def f():\n    a = 1\n    import b\n    c = 2\n",
    "under an else": "def f(a):\n    if a:\n        b = 1\n    else:\n        import c\n",
    "in an except": "def f():\n    try:\n        a()\n    except Error:\n        import c\n    finally:\n        d()\n",
    "in a nested function": "def f():\n    def g():\n        import a\n    return g\n",
    "in a nested class": "def f():\n    a = 1\n    class B(Base):\n        c = 1\n",
    "under a decorator": "def f():\n    @receiver(a)\n    def g():\n        b = 1\n    c = 2\n",
    "after a string at the margin": 'def f():\n    a = """\nb\n"""\n    import c\n',
    "in code in a string": 'A = """\ndef f():\n    a = 1\n"""\nB = "app.Model"\n',
    "after brackets at the margin": "def f():\n    a = g(\n1,\n    )\n    import b\n",
    "in brackets at the body's depth": "def f():\n    a = g(b,\n    get_model('c', 'd'))\n    e = 1\n",
    "after a backslash": "def f():\n    a = 1 + \\\n    get_model('c', 'd')\n",
    "below parameters on several lines": "def f(\n    a: int = 1,\n    *b,\n) -> None:\n    c = 1\n    import d\n",
    "after a function on one line": "def f(): return 1\nif a:\n    B = 'c.D'\n    E = 2\n",
    "after a comment that names it": "def f():\n    # import a\n    b = 1\n    c = 2\nimport d\n",
    "in a docstring's neighbour": 'def f():\n    """import a\n\n    objects"""\n    b = 1\n\n\nclass C(models.Model):\n    d = 1\n',
    "under a header on several lines": "def f(a,\n      b):\n    c = 1\n    import d\n",
    "after such a function on one line": "class A:\n    def f(\n        self,\n    ) -> None: ...\n\n\ndef g():\n    import a\n",
    "after a string at the margin of a silent one": 'def f():\n    a("""\nb\n""")\n    c(1)\n\n\ndef g():\n    import a\n',
    "in a comment alone in its block": "def f(a):\n    if a:\n        # import b\n        c = 1\n    import d\n",
    "indented by tabs": "class A:\n\tdef f(self):\n\t\tb = 1\n\t\timport c\n\n\tdef g(self):\n\t\td = 1\n",
    "with Windows line ends": "def f():\r\n    a = 1\r\n    import b\r\n\r\n\r\ndef g():\r\n    c = 1\r\n",
    "in a match": "def f(a):\n    match a:\n        case 1:\n            import b\n",
    "in a coroutine": "async def f():\n    await a()\n    async with b:\n        import c\n",
    "at the end without a line end": "def f():\n    a = 1\n    import b",
}


def whole(content: bytes, monkeypatch: pytest.MonkeyPatch, *, is_door: bool) -> FileFacts:
    """The facts when every statement is parsed."""
    with monkeypatch.context() as patched:
        patched.setattr(extracting, "thin", lambda content, places, **_: content)
        return extract(content, is_door=is_door)


class TestAStatementThatSaysNothing:
    def test_is_blanked_and_no_line_moves(self) -> None:
        content = SILENT.encode()

        thinned = thin(content, places(content, ()))

        assert thinned == b"class Cart:\n    def add(self, item):\n        0\n\n\n\n\n\n"

    def test_is_blanked_in_the_blocks_of_one_that_says_something(self) -> None:
        content = BLOCKS.encode()

        thinned = thin(content, places(content, ()))

        assert [line.strip() for line in thinned.decode().splitlines()] == [
            "def pay(order):", "0", "for line in order.lines.all():", "0", "", "", "if line.order__paid:", "skip(line)",
            "else:", "x = line.payment_set",
        ]  # fmt: skip

    def test_goes_with_the_signature_unless_that_is_shown(self) -> None:
        content = b"@d\ndef f(\n    a: int = 1,\n) -> None:\n    pass\n\n\nasync def g(): ...\n"

        assert thin(content, [], keeps_signatures=False).startswith(
            b"@d\ndef f():0\n\n\n\n\n\nasync def g(): ..."
        )
        assert b"a: int = 1" in thin(content, [])

    def test_goes_with_a_migrations_operations_unless_they_call_or_name_a_file(self) -> None:
        said = b"".join(b"        migrations.AddField(to='shop.Order', a__b=%d),\n" % n for n in range(3))
        migration = b"class Migration(m):\n    dependencies = [('a', 'b')]\n    operations = [\n%s    ]\n"

        silent, calling, naming = (
            migration % items
            for items in (said, said + b"        RunSQL('x'),\n", said + b"        F(default='a/b.html'),\n")
        )

        assert thin(silent, places(silent, {"RunSQL"})) == migration % (b"\n" * 3)
        assert thin(calling, places(calling, {"RunSQL"})) == calling
        assert thin(naming, places(naming, {"RunSQL"})) == naming

    def test_stays_outside_functions(self) -> None:
        content = b"A = 1\n\n\nclass B:\n    c = 1\n"

        assert thin(content, []) == content


class TestNothingIsLost:
    @pytest.mark.parametrize("text", TRAPS.values(), ids=TRAPS)
    def test_where_a_fact_stands(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        content = text.encode()

        for is_door in (True, False):
            assert extract(content, is_door=is_door) == whole(content, monkeypatch, is_door=is_door)

    @pytest.mark.parametrize("package", PACKAGES)
    def test_in_real_code(self, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
        different = [
            path
            for path in (REPOSITORY / package).rglob("*.py")
            for is_door in (True, False)
            if extract(content := path.read_bytes(), is_door=is_door)
            != whole(content, monkeypatch, is_door=is_door)
        ]

        assert different == []

    def test_when_a_cut_leaves_nonsense(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(extracting, "thin", lambda content, places, **_: b"def f(:")

        assert [fact.module for fact in extract(b"import a\n").imports] == ["a"]
