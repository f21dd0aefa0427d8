"""Does every verb of the lint print JSON as its published schema says, and nothing that the schema does not know?"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from boundaries.enforcement.reports.as_json import output_schema
from boundaries.enforcement.verbs import VERBS
from tests.enforcement.conftest import TinyProject

Run = Callable[..., tuple[int, str, str]]

MODELS = "from django.db import models\nclass {}(models.Model):\n    pass\n"
KEY = "from django.db import models\nclass Booking(models.Model):\n    paid = models.ForeignKey('payments.Payment', 1)\n"
ARGUMENTS = {"explain": ["BD204"], "facade": ["payments", "--propose"]}


@pytest.fixture
def messy(project: TinyProject) -> TinyProject:
    """Violations that are new, accepted and gone, something counted, something unresolved, a file that is broken."""
    project.write({"shop/payments/models.py": MODELS.format("Payment"), "shop/bookings/models.py": KEY})
    project.write({"shop/bookings/old.py": "from shop.payments.models import Payment\n" * 2})
    project.check(accept_new="adopted")
    project.write(
        {
            "shop/bookings/old.py": "from shop.payments.models import Payment\n",
            "shop/bookings/new.py": "import shop.payments.models\n",
            "shop/bookings/odd.py": "from django.apps import apps\nm = apps.get_model(name)\ndef broken(:\n",
            "shop/payments/migrations/0001_initial.py": (
                "from django.db import migrations\nclass Migration(migrations.Migration):\n"
                "    dependencies = [('bookings', '0001_initial')]\n"
            ),
            "shop/bookings/migrations/0001_initial.py": "",
        }
    )
    return project


def strict(schema: Any) -> Any:
    """The schema, refusing every key that it does not name."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = (
        {"additionalProperties": False} if schema.get("type") == "object" and "properties" in schema else {}
    )
    return {**{key: strict(value) for key, value in schema.items()}, **closed}


def faults(definition: str, said: Any) -> list[str]:
    schema = strict(json.loads(output_schema()))
    assert definition in schema["$defs"], f"output.schema.json does not say what {definition} prints"
    valid = Draft202012Validator({"$defs": schema["$defs"], "$ref": f"#/$defs/{definition}"})
    return [f"{error.json_path}: {error.message}" for error in valid.iter_errors(said)]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(json.loads(output_schema()))


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS if "json" in verb.formats])
def test_what_a_verb_prints_is_as_published(messy: TinyProject, run: Run, verb: str) -> None:
    code, out, _ = run(verb, *ARGUMENTS.get(verb, []), "--json")

    assert code in {0, 1}
    said = json.loads(out)
    assert faults(verb, said) == []
    assert faults(verb, {**said, "more": 1}) != []


def test_the_map_of_services_is_as_published(project: TinyProject, run: Run) -> None:
    project.map(
        '[contexts.bookings]\npackages = ["shop.bookings"]\ncalls = ["payments"]\n'
        '[contexts.payments]\npackages = ["shop.payments"]\n[contexts.payments.service]\npath = "payments"\n'
    )
    project.write(
        {"payments/boundaries.toml": 'compiled = true\n[contexts.payments]\npackages = ["shop.payments"]\n'}
    )

    said = json.loads(run("map", "--services", "--json")[1])
    assert faults("services", said) == []
    assert (len(said["deployables"]), len(said["dependencies"])) == (2, 1)


def test_a_check_holds_something_of_everything(messy: TinyProject, run: Run) -> None:
    said = json.loads(run("check", "--json")[1])

    assert [bool(said[key]) for key in ("violations", "counted", "stale", "unresolved", "notices")] == [
        True
    ] * 5


@pytest.mark.parametrize(
    "verb", [verb.name for verb in VERBS if "json" in verb.formats and verb.name != "explain"]
)
def test_a_refusal_is_as_published(project: TinyProject, run: Run, verb: str) -> None:
    project.map("[contexts.bookings]\npackage = []\n")
    code, out, _ = run(verb, *(["--write"] if verb == "init" else ARGUMENTS.get(verb, [])), "--json")

    assert code == 2
    assert faults("error", json.loads(out)) == []


def test_the_schema_is_printed(run: Run) -> None:
    assert run("schema")[1] == f"{output_schema()}\n"
