"""Is every code that the kit can say in `migration_guides/errors.md`, once, and nothing else?"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import boundaries
from boundaries.errors import BoundaryError
from boundaries.facades.local import NoImplementation
from tests.guides.document import GUIDES

_PACKAGE = Path(boundaries.__file__).parent
_CHECK_ID = re.compile(r"""\bid="boundaries\.(BD\d{3})"|["'](BD\d{3})["']""")


def _all_errors() -> list[type[BoundaryError]]:
    """Every error class of the kit with a code of its own, after importing all of it."""
    for module in pkgutil.walk_packages(boundaries.__path__, "boundaries."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return [
        cls
        for cls in set(_below(BoundaryError))
        if "code" in vars(cls) and cls.__module__.startswith("boundaries.")
    ]


def _below(cls: type[BoundaryError]) -> Iterator[type[BoundaryError]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _below(sub)


def _found_by_rules() -> set[str]:
    """The codes of findings, which are values and no errors: rules of the lint, blockers of the plan."""
    from boundaries.enforcement.rules import RULES
    from boundaries.strangler.planning import blocker

    return {rule.code for rule in RULES} | {rule.code for rule in blocker.RULES}


def _ids_of_checks() -> set[str]:
    """The codes that Django's system checks report."""
    sources = (path.read_text(encoding="utf-8") for path in _PACKAGE.rglob("*checks.py"))
    named = {first or second for source in sources for first, second in _CHECK_ID.findall(source)}
    return named | {NoImplementation.code}


def _sections() -> dict[str, str]:
    """The page's sections: code → text."""
    parts = re.split(
        r"^## (BD\d{3})$", (GUIDES / "errors.md").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    codes, texts = parts[1::2], parts[2::2]
    assert len(codes) == len(set(codes)), "a code has two sections"
    return dict(zip(codes, texts, strict=True))


@pytest.fixture(scope="module")
def errors() -> list[type[BoundaryError]]:
    return _all_errors()


def test_each_code_belongs_to_one_class(errors):
    classes = defaultdict(set)
    for cls in errors:
        classes[cls.code].add(f"{cls.__module__}.{cls.__qualname__}")
    assert {code: names for code, names in classes.items() if len(names) > 1} == {}


def test_the_page_has_each_code_and_no_other(errors):
    known = {cls.code for cls in errors} | _found_by_rules() | _ids_of_checks()
    assert set(_sections()) == known


def test_the_sections_are_in_order():
    assert list(_sections()) == sorted(_sections())


def test_each_section_begins_with_the_name_of_the_class(errors):
    sections = _sections()
    for cls in errors:
        assert sections[cls.code].lstrip().startswith(f"**{cls.__name__}**"), cls.code


def test_each_section_says_why_and_what_to_do():
    for code, text in _sections().items():
        assert "\nWhy: " in text, code
        assert "\nDo: " in text, code


def test_each_class_has_its_problem_and_remedy(errors):
    for cls in errors:
        assert "problem" in vars(cls), cls.__name__
        assert "remedy" in vars(cls), cls.__name__


def test_ids_of_checks_are_named_as_such():
    sections = _sections()
    for code in _ids_of_checks():
        assert f"`boundaries.{code}`" in sections[code], code
