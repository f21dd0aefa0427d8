"""Is code that nobody prepared for the check read as far as can be, without a traceback?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.enforcement.conftest import TinyProject

IMPORT = "from shop.payments.models import models\n"


@pytest.fixture(autouse=True)
def with_the_linter(project: TinyProject) -> None:
    project.use_linter = True


def places(project: TinyProject) -> list[tuple[str, int]]:
    return [(c.path, c.line) for c in project.graph().couplings]


class TestAFileThatCannotBeParsed:
    def test_is_named_once_and_read_as_far_as_can_be(self, project: TinyProject) -> None:
        project.write({"shop/bookings/a.py": f"{IMPORT}\ndef broken(:\n    pass\n\n{IMPORT}"})

        graph = project.graph()

        assert [(c.line, c.rule) for c in graph.couplings] == [(1, "BD202"), (6, "BD202")]
        assert len([notice for notice in graph.notices if "shop/bookings/a.py: line 3" in notice]) == 1

    def test_does_not_hide_the_other_files_from_the_check(self, project: TinyProject) -> None:
        project.write({"shop/bookings/a.py": "def broken(:\n", "shop/bookings/b.py": IMPORT})

        assert places(project) == [("shop/bookings/b.py", 1)]

    def test_of_a_newer_python_keeps_what_import_linter_reads(self, project: TinyProject) -> None:
        newer = "try:\n    import shop.payments.models\nexcept A, B:\n    pass\n"
        project.write({"shop/bookings/a.py": newer})

        assert places(project) == [("shop/bookings/a.py", 2)]

    @pytest.mark.parametrize(
        "content",
        [
            b"\xff\xfe\x00",
            b"import shop\x00.payments\n",
            b"# -*- coding: nonsense -*-\nimport os\n",
            b"x = " + b"(" * 3000 + b")" * 3000 + b"\n",
            b"x = " + b"-" * 100_000 + b"1\n",
        ],
        ids=["binary", "null bytes", "unknown encoding", "nested brackets", "nested operators"],
    )
    def test_is_no_reason_to_fail(self, project: TinyProject, content: bytes) -> None:
        (project.folder / "shop" / "bookings" / "odd.py").write_bytes(content)
        project.write({"shop/bookings/b.py": IMPORT})

        result = project.check()

        assert [v.path for v in result.new] == ["shop/bookings/b.py"]
        assert any("shop/bookings/odd.py" in notice for notice in result.notices)


class TestAnOddEncoding:
    @pytest.mark.parametrize(
        "content",
        [
            "\ufeff" + IMPORT,
            IMPORT.replace("\n", "\r\n"),
            f"# -*- coding: latin-1 -*-\nname = 'é'\n{IMPORT}",
        ],
        ids=["byte order mark", "carriage returns", "latin-1"],
    )
    def test_is_read(self, project: TinyProject, content: str) -> None:
        encoding = "latin-1" if "latin-1" in content else "utf-8"
        (project.folder / "shop" / "bookings" / "a.py").write_bytes(content.encode(encoding))

        assert [path for path, _ in places(project)] == ["shop/bookings/a.py"]


class TestATree:
    def test_may_hold_a_file_whose_name_is_no_text(self, project: TinyProject) -> None:
        path = os.fsencode(project.folder / "shop" / "bookings") + b"/odd\xff.py"
        Path(os.fsdecode(path)).write_text(IMPORT)

        assert places(project) == [("shop/bookings/odd?.py", 1)]

    def test_may_hold_loops_of_links_and_links_to_nowhere(self, project: TinyProject) -> None:
        folder = project.write({"shop/bookings/a.py": IMPORT}).folder
        (folder / "shop" / "bookings" / "loop").symlink_to(folder)
        (folder / "shop" / "bookings" / "gone.py").symlink_to(folder / "nowhere.py")
        (folder / "shop" / "twice").symlink_to(folder / "shop" / "bookings")

        assert places(project) == [("shop/bookings/a.py", 1)]

    def test_may_hold_a_pipe_that_import_linter_stumbles_over(self, project: TinyProject) -> None:
        os.mkfifo(project.folder / "shop" / "bookings" / "pipe.py")
        project.write({"shop/bookings/b.py": IMPORT})

        graph = project.graph()

        assert places(project) == [("shop/bookings/b.py", 1)]
        (notice,) = (n for n in graph.notices if "import-linter" in n)
        assert notice.endswith(": it stops at shop/bookings/pipe.py, which is no file or a link to nowhere")

    def test_may_reach_a_package_through_a_link(self, project: TinyProject, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "a.py").write_text(IMPORT)
        (project.folder / "shop" / "bookings" / "linked").symlink_to(elsewhere)

        assert places(project) == [("shop/bookings/linked/a.py", 1)]

    def test_may_hold_strings_that_no_encoding_can(self, project: TinyProject, tmp_path: Path) -> None:
        text = f"{IMPORT}ODD = '\\ud800'\nclass Config(AppConfig):\n    name = label = '\\udfff'\n"
        project.write({"shop/bookings/a.py": f"{text}cursor.execute('\\ud800')\n"})

        assert len(project.graph(cache_folder=tmp_path / "kept").couplings) == 1
        assert len(list((tmp_path / "kept").glob("*.facts"))) == 1

    def test_may_lack_init_files(self, project: TinyProject) -> None:
        path = project.folder / "shop" / "bookings" / "plain" / "a.py"
        path.parent.mkdir()
        path.write_text(IMPORT)

        graph = project.graph()

        assert [c.rule for c in graph.couplings] == ["BD202"]
        assert graph.unresolved == {"import": 1}
        assert "shop.bookings.plain.a" in graph.notices[0]

    def test_may_hold_environments_and_services_that_are_left_alone(self, project: TinyProject) -> None:
        project.write({"env/pyvenv.cfg": "", "env/shop/a.py": IMPORT, ".hidden/a.py": IMPORT})
        project.write({"services/pay/shop/bookings/models.py": "def broken(:\n"})
        text = (project.folder / "boundaries.toml").read_text()
        project.map(f'{text}\n[contexts.payments.service]\npath = "services/pay"\n')

        graph = project.graph()

        assert (graph.couplings, graph.notices) == ((), ())

    def test_may_hold_a_large_generated_file(self, project: TinyProject) -> None:
        rows = "".join(f"ROW_{number} = {{'name': 'row', 'value': {number}}}\n" for number in range(45_000))
        project.write({"shop/bookings/table.py": f"{rows}{IMPORT}"})

        assert places(project) == [("shop/bookings/table.py", 45_001)]

    def test_may_use_names_of_our_own_packages(self, project: TinyProject) -> None:
        project.write(
            {
                "grimp/a.py": "from shop.payments.models import models\n",
                "boundaries/a.py": "raise SystemExit('this code must not run')\n",
                "shop/payments/public.py": "",
            }
        ).map(
            '[contexts.a]\npackages = ["grimp"]\n[contexts.b]\npackages = ["boundaries"]\n'
            '[contexts.payments]\npackages = ["shop.payments"]\n'
        )

        assert project.codes() == ["BD202"]

    def test_is_neither_run_nor_written_into(self, project: TinyProject) -> None:
        project.write({"shop/bookings/a.py": f"{IMPORT}raise SystemExit('this code must not run')\n"})
        before = sorted(project.folder.rglob("*"))

        project.check()

        assert sorted(project.folder.rglob("*")) == before


def test_a_folder_tagged_as_a_cache_is_no_part_of_the_project(project: TinyProject) -> None:
    bad = "from shop.payments.models import models\n"
    project.write({"shop/bookings/kept/a.py": bad, "shop/bookings/copied/a.py": bad})
    (project.folder / "shop/bookings/copied/CACHEDIR.TAG").touch()

    assert [violation.path for violation in project.check().new] == ["shop/bookings/kept/a.py"]
