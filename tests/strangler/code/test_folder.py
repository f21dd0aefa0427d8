"""Is a folder brought up to date without ever losing what somebody wrote?"""

import pytest

from boundaries.strangler.code.folder import compare, is_empty, show_differences, write
from boundaries.strangler.code.manifest import NAME, Manifest, digest_of, read_manifest

FILES = {"a.py": b"one\n", "deep/b.py": b"two\n"}


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "service", FILES, context="pay")
    return tmp_path / "service"


def test_a_folder_is_empty_until_something_is_finished_in_it(tmp_path, folder):
    assert is_empty(tmp_path / "nothing")
    (tmp_path / "killed").mkdir()
    (tmp_path / "killed" / f".{NAME}.draft").touch()

    assert is_empty(tmp_path / "killed")
    assert not is_empty(folder)


def test_the_manifest_names_the_context_and_every_file(folder):
    manifest = read_manifest(folder)

    assert manifest.context == "pay"
    assert manifest.digests == {path: digest_of(content) for path, content in FILES.items()}
    assert manifest.is_finished


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"context": "pay", "files": 3}'])
def test_a_broken_manifest_counts_as_none(folder, content):
    (folder / NAME).write_text(content)

    assert read_manifest(folder) is None


def test_a_comparison_changes_nothing(folder):
    comparison = compare(folder, {"a.py": b"new\n", "c.py": b"three\n"}, context="pay")

    assert (comparison.updated, comparison.new, comparison.obsolete) == (["a.py"], ["c.py"], ["deep/b.py"])
    assert (folder / "a.py").read_bytes() == b"one\n"
    assert (folder / "deep/b.py").exists()


def test_an_edited_file_stays_also_when_it_is_no_longer_generated(folder):
    (folder / "a.py").write_bytes(b"mine\n")
    (folder / "deep/b.py").write_bytes(b"mine too\n")
    comparison = write(folder, {"a.py": b"new\n"}, context="pay")

    assert (comparison.edited, comparison.orphaned) == (["a.py"], ["deep/b.py"])
    assert (folder / "a.py").read_bytes() == b"mine\n"
    assert (folder / "deep/b.py").read_bytes() == b"mine too\n"


def test_an_edit_that_was_taken_back_is_none(folder):
    (folder / "a.py").write_bytes(b"mine\n")
    write(folder, FILES, context="pay")
    (folder / "a.py").write_bytes(b"one\n")

    assert write(folder, {**FILES, "a.py": b"new\n"}, context="pay").updated == ["a.py"]


def test_the_difference_leads_from_what_is_to_what_would_be(folder):
    (folder / "a.py").write_bytes(b"mine\n")
    shown = show_differences(folder, FILES, compare(folder, FILES, context="pay"))

    assert shown == "--- a.py\n+++ a.py (generated)\n@@ -1 +1 @@\n-mine\n+one\n"


def test_a_deleted_file_comes_back_only_when_the_writing_was_cut_short(folder):
    (folder / "a.py").unlink()
    assert compare(folder, FILES, context="pay").deleted == ["a.py"]

    unfinished = Manifest(
        "pay", {path: digest_of(content) for path, content in FILES.items()}, is_finished=False
    )
    (folder / NAME).write_bytes(unfinished.encode())
    assert compare(folder, FILES, context="pay").new == ["a.py"]
