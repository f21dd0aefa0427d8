"""Do the pages name what there is, and nothing that there is not?"""

from __future__ import annotations

import re
import tomllib

import pytest

from boundaries.cli import collect_verbs
from boundaries.conf import SETTINGS
from boundaries.strangler.catalogue import JOURNEY, all_steps
from tests.guides.document import GUIDES, ROOT, all_pages, guides_in_order

_PAGES = [pytest.param(page, id=str(page.relative_to(ROOT))) for page in all_pages()]
_VERB = re.compile(r"(?:`|\$ |: |/)boundaries ([a-z]+)")
_STEP = re.compile(r"boundaries extract (?:fines|CONTEXT) ([a-z-]+)")
_FOLDER = re.compile(r"^\| `([a-z_]+/[a-z_/]*|boundaries/[a-z]+)` \|", re.MULTILINE)
_ENTRY = re.compile(r"^\*\*(.+?)\*\*: (.+)$", re.MULTILINE)
_CAPITALS = re.compile(r"`(?:BOUNDARIES_)?([A-Z]+(?:_[A-Z]+)+)(?: = [^`]*)?`")


def _text(page):
    return page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", _PAGES)
def test_every_verb_on_the_page_exists(page):
    assert set(_VERB.findall(_text(page))) <= {verb.name for verb in collect_verbs()}


@pytest.mark.parametrize("page", _PAGES)
def test_every_step_on_the_page_exists(page):
    assert set(_STEP.findall(_text(page))) <= {*all_steps(), "status", "rehearse"}


def test_every_verb_is_in_a_guide():
    guides = "\n".join(_text(GUIDES / name) for name in guides_in_order())
    assert [verb.name for verb in collect_verbs() if f"boundaries {verb.name}" not in guides] == []


def test_the_index_has_a_guide_for_each_step_in_its_order():
    guides = [name.removesuffix(".md") for name in guides_in_order()]
    assert tuple(name for name in guides if name in JOURNEY) == JOURNEY


class TestReadme:
    def test_names_every_extra(self):
        extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
        rows = [line for line in _text(ROOT / "README.md").splitlines() if line.startswith("| `")]
        assert [name for name in extras if not any(f"`{name}`" in row.split("|")[1] for row in rows)] == []

    def test_names_folders_that_exist(self):
        folders = _FOLDER.findall(_text(ROOT / "README.md"))
        assert folders
        assert [name for name in folders if not (ROOT / name).is_dir()] == []


class TestVocabulary:
    def test_has_each_word_once_in_one_sentence(self):
        entries = _ENTRY.findall(_text(GUIDES / "vocabulary.md"))
        words = [word for word, _meaning in entries]
        assert len(words) == len(set(words))
        for word, meaning in entries:
            assert meaning.endswith("."), word

    @pytest.mark.parametrize(
        "word",
        [
            "bounded context",
            "context map",
            "facade",
            "query",
            "command",
            "route",
            "owner side",
            "control",
            "candidate",
            "mismatch",
            "event",
            "outbox",
            "relay",
            "inbox",
            "dead letter",
            "saga",
            "step",
            "compensation",
            "pivot",
            "projection",
            "capture",
            "backfill",
            "follow",
            "verify",
            "fence",
            "drain",
            "flip",
            "reverse replication",
            "rollback",
            "coupling",
            "violation",
            "baseline",
            "service",
        ],
    )
    def test_defines(self, word):
        assert word in [entry for entry, _meaning in _ENTRY.findall(_text(GUIDES / "vocabulary.md"))]


def test_settings_in_the_guides_exist():
    known = {setting.name for setting in SETTINGS}
    own = {"DATABASE_URL", "REDIS_URL", "MONOLITH_URL", "MOVER_URL", "OWNER_URL", "FORCE_ROUTE", "ATOMIC_REQUESTS",
           "DJANGO_SETTINGS_MODULE", "DATA_UPLOAD_MAX_MEMORY_SIZE", "TYPE_CHECKING", "INSTALLED_APPS", "MIGRATION_MODULES",
           "SET_NULL", "SET_DEFAULT", "DO_NOTHING", "CELERY_TASK_DEFAULT_QUEUE"}  # fmt: skip
    for page in all_pages():
        named = {
            name
            for name in _CAPITALS.findall(_text(page))
            if not name.startswith(("FINES_", "KEY_", "NEEDS_"))
        }
        assert named - own <= known, page.name
