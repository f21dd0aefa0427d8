"""Which settings does a service get, and how do they read?"""

import pytest

from boundaries.enforcement.source.tree import SourceFile
from boundaries.strangler.code import literal
from boundaries.strangler.code.environment import find_variables
from boundaries.strangler.code.requirement import canonical, declared_ranges, require
from boundaries.strangler.code.source import SourceTree


@pytest.fixture
def line_of(project):
    """The line that the service gets for a setting that the project assigns like this."""

    def find(assignment, reading="settings.THING"):
        project.append("config/settings.py", assignment)
        project.append("shop/pay/thing.py", f"from django.conf import settings\nthing = {reading}")
        tree = SourceTree(project.map)
        file: SourceFile = tree.files["shop.pay.thing"]
        found = find_variables(tree, [file], settings_module="config.settings")
        return found[0].line if found else None

    return find


@pytest.mark.parametrize(
    ("assignment", "line"),
    [
        ("THING = 'a'", 'THING = os.environ.get("THING", "a")'),
        ("THING = 3", 'THING = int(os.environ.get("THING", "3"))'),
        ("THING = 0.5", 'THING = float(os.environ.get("THING", "0.5"))'),
        ("THING = True", 'THING = flag("THING", default=True)'),
        ("THING = None", 'THING = os.environ.get("THING")'),
        ("THING: int = 3", 'THING = int(os.environ.get("THING", "3"))'),
        ("THING = {'a': [1, (2,)]}", 'THING = {"a": [1, (2,)]}'),
        ("THING = os.environ['OTHER']", 'THING = required("OTHER")'),
        ("THING = os.getenv('OTHER', 'b')", 'THING = os.environ.get("OTHER", "b")'),
        ("THING = env.int('OTHER', default=4)", 'THING = int(os.environ.get("OTHER", "4"))'),
        ("THING = BASE_DIR / 'thing'", 'THING = required("THING")'),
        ("THING = 1\nTHING = 2", 'THING = int(os.environ.get("THING", "2"))'),
    ],
)
def test_a_setting_is_read_as_the_project_reads_it(line_of, assignment, line):
    assert line_of(assignment) == line


@pytest.mark.parametrize("name", ["API_TOKEN", "BANK_PASSWORD", "SIGNING_KEY", "SENTRY_DSN"])
def test_a_secret_has_no_default(line_of, name):
    assert line_of(f"{name} = 'abc'", f"settings.{name}") == f'{name} = required("{name}")'


def test_a_setting_that_nobody_assigns_is_required_unless_the_code_has_a_default(line_of):
    assert line_of("", "settings.THING") == 'THING = required("THING")'


def test_a_default_of_the_code_is_left_alone(line_of):
    assert line_of("", "getattr(settings, 'THING', 5)") is None


def test_settings_of_django_itself_keep_their_defaults(line_of):
    assert line_of("", "settings.EMAIL_HOST") is None


def test_a_star_import_in_the_settings_is_followed(project, line_of):
    project.append("config/base.py", "THING = 8")

    assert line_of("from config.base import *") == 'THING = int(os.environ.get("THING", "8"))'


class TestLiteral:
    def test_a_long_list_takes_a_line_per_item(self):
        written = literal.assign("NAMES", ["a" * 40, "b" * 40])

        assert written == f'NAMES = [\n    "{"a" * 40}",\n    "{"b" * 40}",\n]'

    def test_a_long_call_is_broken_once_or_per_argument(self):
        assert literal.assign_call("NAME", "f", '"' + "a" * 80 + '"') == f'NAME = f(\n    "{"a" * 80}"\n)'
        assert (
            literal.assign_call("NAME", "f", "a" * 60, "b" * 60)
            == f"NAME = f(\n    {'a' * 60},\n    {'b' * 60},\n)"
        )

    def test_a_set_is_written_in_one_order(self):
        assert literal.write({"b", "a"}) == '{"a", "b"}'


class TestRequirements:
    def test_are_the_projects_lines_where_it_has_them(self, tmp_path):
        (tmp_path / "pyproject.toml").write_text(
            '[project]\nname = "p"\ndependencies = ["Django"]\n'
            '[project.optional-dependencies]\nweb = ["django>=5.2", "My_Thing[x] ~=  2.0"]\n'
        )
        (tmp_path / "requirements.txt").write_text("-r other.txt\nurllib3==2.5.0  # pinned\n# nothing\n")

        assert declared_ranges(tmp_path) == {
            "django": "django>=5.2",
            "my-thing": "My_Thing[x] ~= 2.0",
            "urllib3": "urllib3==2.5.0",
        }

    def test_leave_out_the_standard_library_and_name_what_nobody_provides(self, tmp_path):
        found = require(
            ["json", "decimal", "boundaries.facades", "no_such_module.x", "django.db"], root=tmp_path
        )

        assert found.runtime == ("django-strangler[service]", "Django", "gunicorn")
        assert found.unknown == ("no_such_module",)

    def test_compare_names_as_indexes_do(self):
        assert canonical("My.Cool__Thing") == "my-cool-thing"
