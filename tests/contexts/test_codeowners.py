"""Does CODEOWNERS mean here what it means on GitHub and GitLab?"""

from __future__ import annotations

from pathlib import Path

import pytest

from boundaries.contexts.codeowners import CodeOwnersUnreadable, read_codeowners


def owners_of(folder: Path, text: str, path: str) -> str:
    """Who owns a path under a CODEOWNERS text."""
    (folder / "CODEOWNERS").write_text(text)
    return " ".join(read_codeowners(folder).owners_of(path))


class TestPatterns:
    @pytest.mark.parametrize(
        ("pattern", "matching", "other"),
        [
            ("*", ["a", "b/c.py"], []),
            ("*.js", ["a.js", "b/a.js"], ["a.jsx"]),
            ("/build/logs/", ["build/logs/a", "build/logs/b/c"], ["x/build/logs/a", "build/logs"]),
            ("docs/*", ["docs/a.md"], ["docs/b/a.md", "x/docs/a.md"]),
            ("apps/", ["apps/a", "x/apps/b/c"], ["apps"]),
            ("/docs/", ["docs/a"], ["x/docs/a"]),
            ("**/logs", ["logs/a", "build/logs", "a/b/logs/c"], ["logsheet"]),
            ("/shop/**/models.py", ["shop/models.py", "shop/a/b/models.py"], ["models.py"]),
            ("shop/pay", ["shop/pay/a.py", "shop/pay"], ["shop/payments/a.py", "x/shop/pay"]),
            ("/a?c.py", ["abc.py"], ["ac.py", "a/c.py"]),
            (r"/my\ shop/", ["my shop/a.py"], ["my"]),
            ("/a+b/(c)/", ["a+b/(c)/d"], ["aab/c/d"]),
        ],
    )
    def test_match(self, tmp_path: Path, pattern: str, matching: list[str], other: list[str]) -> None:
        for path in matching:
            assert owners_of(tmp_path, f"{pattern} @a", path) == "@a", path
        for path in other:
            assert owners_of(tmp_path, f"{pattern} @a", path) == "", path

    def test_the_last_one_wins_even_when_it_names_nobody(self, tmp_path: Path) -> None:
        text = "# all\n* @all  # the rest\n/shop/ @Shop/money a@example.org\n/shop/open/\n"

        assert owners_of(tmp_path, text, "a.py") == "@all"
        assert owners_of(tmp_path, text, "shop/a.py") == "@shop/money a@example.org"
        assert owners_of(tmp_path, text, "shop/open/a.py") == ""

    def test_the_last_one_of_each_section_counts(self, tmp_path: Path) -> None:
        text = "* @all\n[Money][2] @money\n/shop/\n^[Docs]\n*.md @docs\n"

        assert owners_of(tmp_path, text, "shop/a.py") == "@all @money"
        assert owners_of(tmp_path, text, "shop/a.md") == "@all @docs @money"


class TestTheFile:
    def test_is_that_of_the_repository(self, tmp_path: Path) -> None:
        inner = tmp_path / "src" / "project"
        inner.mkdir(parents=True)
        (tmp_path / ".git").mkdir()
        (tmp_path / ".github").mkdir()
        (tmp_path / ".github" / "CODEOWNERS").write_text("* @a\n")

        assert read_codeowners(inner).folder == tmp_path
        assert read_codeowners(inner).owners_of("x") == ("@a",)

    def test_may_be_missing(self, tmp_path: Path) -> None:
        found = read_codeowners(tmp_path)

        assert (found.path, found.owners_of("a")) == (None, ())

    def test_is_refused_when_it_is_no_text(self, tmp_path: Path) -> None:
        (tmp_path / "CODEOWNERS").write_bytes(b"\xff\xfe*")

        with pytest.raises(CodeOwnersUnreadable):
            read_codeowners(tmp_path)
