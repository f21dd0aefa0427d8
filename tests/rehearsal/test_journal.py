"""Is a load's journal read as it is documented, and refused when it is something else?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from boundaries.strangler.rehearsal.journal import JournalUnreadable, read_journal

from .run import START, a_line, journal_of


class TestReading:
    def test_orders_the_requests_by_their_answers(self, tmp_path: Path) -> None:
        journal = journal_of(tmp_path, [a_line(0, 900), a_line(0.5, 10, name="search", write=False)])

        assert [request.name for request in journal.requests] == ["search", "pay"]
        assert [request.name for request in journal.writes] == ["pay"]

    def test_knows_when_the_load_began_and_ended(self, tmp_path: Path) -> None:
        written = [{"line": "start", "at": START}, a_line(0, 1), {"line": "end", "at": START + 2}]
        journal = journal_of(tmp_path, written)

        assert (journal.started_at, journal.ended_at) == (START, START + 2)

    def test_knows_that_the_load_never_ended(self, tmp_path: Path) -> None:
        assert journal_of(tmp_path, [{"line": "start", "at": START}]).ended_at is None

    def test_ignores_what_it_does_not_know(self, tmp_path: Path) -> None:
        journal = journal_of(tmp_path, [{"line": "weather"}, a_line(0, 1, colour="red")])

        assert len(journal.requests) == 1

    def test_leaves_out_a_last_line_that_was_cut(self, tmp_path: Path) -> None:
        path = tmp_path / "journal.jsonl"
        path.write_text(json.dumps(a_line(0, 1)) + '\n{"line": "requ')

        assert len(read_journal(path).requests) == 1


class TestBD580:
    def test_names_the_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(JournalUnreadable, match=r"BD580: .*nowhere\.jsonl"):
            read_journal(tmp_path / "nowhere.jsonl")

    @pytest.mark.parametrize(
        "text",
        ["nonsense\n", "[]\n", '{"line": "request", "name": "pay"}\n', '{"line": "start", "at": "noon"}\n'],
    )
    def test_names_the_line(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "journal.jsonl"
        path.write_text(json.dumps(a_line(0, 1)) + "\n" + text)

        with pytest.raises(JournalUnreadable, match="line 2"):
            read_journal(path)
