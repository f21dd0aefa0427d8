"""What does a large Django project look like to a linter? One is written here, the same for the same seed.

Its shape is that of the largest public ones: some 4,300 modules and 850,000 lines in 48 apps, somewhat less than
half of the lines in tests, a tenth in migrations, four imports between modules for each, most relations between
apps by string.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

APPS = 48
_ROLES = ("service", "resolver", "serializer", "view", "form", "loader", "mutation", "report")
_MODULES_PER_ROLE = 4
_WORDS = ("order", "line", "total", "amount", "status", "channel", "country", "code", "price", "stock", "note", "owner",
          "token", "queue", "reason", "window", "batch", "address", "policy", "label")  # fmt: skip
# What the bodies of functions are made of: each is one statement at the depth of a method.
_STATEMENTS = (
    "{a} = self.{b}.{c} if self.{b} else None",
    "{a} = [\n            item.{b}\n            for item in {c}_list\n            if item.{b} is not None\n        ]",
    "if {a} is None or {a}.{b} != {c}:\n            raise ValueError('no {a}')",
    "for {a} in self.iter_{b}({c}):\n            self.{c}_by_{b}[{a}.pk].append({a})",
    "{a} = self.compute_{b}(\n            {c}={c},\n            {b}=self.{b},\n            currency=currency,\n            limit={n},\n        )",
    "logger.info(\n            'the {a} of %s was changed',\n            self.{b},\n            extra={{'{c}': {n}}},\n        )",
    "# The {a} is wanted before its {b}.\n        self.{a}, self.{b} = {c} - {n}, max({a}, {b})",
    "with transaction.atomic():\n            {a}.{b} = {c}\n            {a}.save(update_fields=['{b}', 'updated_at'])",
    "try:\n            {a} = decimal.Decimal(data['{b}'])\n        except (KeyError, ArithmeticError):\n            {a} = None",
    "{a} = (\n            {Model}.objects.filter({b}={c}, {relation}__{a}__gte={n})\n            .select_related('{relation}')\n            .first()\n        )",
    "{a}_ids = (\n            {Model}.objects.exclude({b}__in={c}_ids)\n            .order_by('-{a}')\n            .values_list('pk', flat=True)\n        )",
    "return {{\n            '{a}': self.{a},\n            '{b}': {b} or '',\n            '{c}': [str(item) for item in {c}],\n        }}",
)  # fmt: skip
_EXPECTATIONS = (
    "{a} = {Model}.objects.create(\n        {b}='{c}',\n        {a}={n},\n        {c}=channel,\n    )",
    "response = api_client.post(\n        '/api/{a}/',\n        data={{\n            '{b}': {n},\n            '{c}': str({a}.pk),\n        }},\n        format='json',\n    )",
    "assert response.status_code == {n}\n    assert response.json()['{a}']['{b}'] == {c}_total",
    "content = get_graphql_content(\n        staff_client.post_graphql(\n            QUERY,\n            {{\n                '{a}': {n},\n                '{b}': '{c}',\n            }},\n            permissions=[permission_manage_{a}],\n        )\n    )",
    "data = content['data']['{a}{b}']\n    assert data['{c}'] == {{\n        'amount': {n},\n        'currency': 'USD',\n    }}",
    "{a}.refresh_from_db()\n    assert {a}.{b} == {c}\n    assert not {a}.{c}_set.exists()",
)  # fmt: skip
_QUERY = "    query { order { total { gross } } }\n" * 12
_ROW = "<p class='row'>{{ order.total }} {% trans 'due' %}</p>\n" * 30


def write_large_project(folder: Path, *, apps: int = APPS, seed: int = 1) -> None:
    """Write the project `shop` into a folder."""
    names = [f"{word}{number or ''}s" for number in range(apps) for word in _WORDS][:apps]
    _write(
        folder / "manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
    )
    _write(folder / "shop/__init__.py", "")
    installed = "".join(f"    'shop.{name}',\n" for name in names)
    _write(folder / "shop/settings.py", f"INSTALLED_APPS = [\n{installed}]\nAUTH_USER_MODEL = '{names[0]}.{_model(names[0], 0)}'\n")  # fmt: skip
    for number, name in enumerate(names):
        app = _App(name, names, random.Random(seed * 1000 + number))
        for path, text in app.files():
            _write(folder / "shop" / name / path, text)


class _App:
    """The files of one app; what it takes from other apps is drawn from `random`."""

    def __init__(self, name: str, names: Sequence[str], draw: random.Random) -> None:
        self.name = name
        self.names = names
        self.draw = draw

    def files(self) -> Iterator[tuple[str, str]]:
        """Every file by its path below the app."""
        yield "__init__.py", ""
        yield (
            "apps.py",
            f"from django.apps import AppConfig\n\n\nclass {self.name.title()}Config(AppConfig):\n    name = 'shop.{self.name}'\n",
        )
        yield from self._packages()
        yield "models/__init__.py", "".join(f"from .part{n} import *\n" for n in range(3))
        for number in range(3):
            yield f"models/part{number}.py", self._models(number)
        for role in _ROLES:
            for number in range(_MODULES_PER_ROLE):
                yield f"{role}s/{role}_{number}.py", self._module(role, number)
        for number in range(10):
            yield f"migrations/{number + 1:04}_step.py", self._migration(number)
        for number in range(34):
            yield f"tests/test_{number}.py", self._test()
        for number in range(12):
            yield f"templates/{self.name}/page_{number}.html", self._page()

    def _packages(self) -> Iterator[tuple[str, str]]:
        for folder in (*(f"{role}s" for role in _ROLES), "migrations", "tests"):
            yield f"{folder}/__init__.py", ""

    def _other(self) -> str:
        """Another app; the first few are used by all, as the users and products of a shop are."""
        return self.draw.choice(self.names[: self.draw.choice((4, 12, len(self.names)))])

    def _models(self, number: int) -> str:
        classes = "".join(self._class_of_model(4 * number + index) for index in range(4))
        return f"from django.conf import settings\nfrom django.db import models\n\nfrom shop.{self._other()}.services.service_0 import compute\n{classes}"

    def _class_of_model(self, index: int) -> str:
        draw = self.draw
        columns = "".join(f"    {word} = models.CharField(max_length={draw.randint(8, 250)}, blank=True, default='')\n" for word in draw.sample(_WORDS, 9))  # fmt: skip
        other = self._other()
        to = draw.choice((f"'{other}.{_model(other, draw.randrange(12))}'", "settings.AUTH_USER_MODEL", "'self'", f"'{_model(self.name, 0)}'"))  # fmt: skip
        relation = f"    {_relation(index)} = models.ForeignKey({to}, related_name='+', null=True, on_delete=models.CASCADE)\n"
        methods = self._methods(3)
        return f"\n\nclass {_model(self.name, index)}(models.Model):\n{columns}{relation}\n    class Meta:\n        ordering = ('pk',)\n{methods}"

    def _module(self, role: str, number: int) -> str:
        own = f"from shop.{self.name}.models import {', '.join(_model(self.name, index) for index in range(12))}\n"
        taken = "".join(
            f"from shop.{(other := self._other())}.{self.draw.choice(_ROLES)}s import {self.draw.choice(_WORDS)}\n"
            f"from ...{other}.models import {_model(other, self.draw.randrange(12))}\n"
            for _ in range(2)
        )  # fmt: skip
        head = f"import decimal\nimport logging\n\nfrom django.db import transaction\n\n{own}{taken}\nlogger = logging.getLogger(__name__)\n"
        classes = "".join(
            f'\n\nclass {role.title()}{number}{part}:\n    """One {role}, as it is asked for."""\n{self._methods(5)}'
            for part in range(3)
        )
        return f"{head}{classes}\n\ndef compute(order, *, currency=None):\n    return order\n"

    def _methods(self, count: int) -> str:
        return "".join(
            f"\n    def {self.draw.choice(_WORDS)}_{number}(self, {', '.join(self.draw.sample(_WORDS, 3))}):\n"
            + "".join(f"        {self._statement(_STATEMENTS)}\n" for _ in range(self.draw.randint(1, 6)))
            for number in range(count)
        )

    def _migration(self, number: int) -> str:
        other = self._other()
        before = f"        ('{self.name}', '{number:04}_step'),\n" if number else ""
        operations = "".join(
            f"        migrations.AddField(\n            model_name='{_model(self.name, index).lower()}',\n            name='{word}_{number}',\n"
            f"            field=models.CharField(max_length={self.draw.randint(8, 250)}, null=True),\n        ),\n"
            for index in range(6)
            for word in self.draw.sample(_WORDS, 2)
        )
        return (
            f"from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    dependencies = [\n{before}"
            f"        ('{other}', '0001_step'),\n    ]\n\n    operations = [\n{operations}    ]\n"
        )

    def _test(self) -> str:
        other = self._other()
        head = f"import pytest\n\nfrom shop.{other}.models import {_model(other, 1)}\nfrom shop.{self.name}.services.service_0 import compute\n\nQUERY = '''\n{_QUERY}'''\n"
        return head + "".join(
            f"\n\ndef test_{self.draw.choice(_WORDS)}_{number}(api_client, staff_client, {self.draw.choice(_WORDS)}):\n"
            + "".join(f"    {self._statement(_EXPECTATIONS)}\n" for _ in range(self.draw.randint(3, 7)))
            for number in range(8)
        )

    def _page(self) -> str:
        block = "{% load i18n %}\n{% block content %}\n" + _ROW
        return f"{{% extends '{self._other()}/page_0.html' %}}\n{block}<a href=\"{{% url '{self._other()}:detail' order.pk %}}\">all</a>\n{{% endblock %}}\n"

    def _statement(self, pool: Sequence[str]) -> str:
        a, b, c = self.draw.sample(_WORDS, 3)
        index = self.draw.randrange(12)
        return self.draw.choice(pool).format(a=a, b=b, c=c, n=self.draw.randint(1, 900), Model=_model(self.name, index), relation=_relation(index))  # fmt: skip


def _model(app: str, index: int) -> str:
    return f"{app[:-1].title()}{_WORDS[index].title()}"


def _relation(index: int) -> str:
    return f"{_WORDS[index]}_of"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
