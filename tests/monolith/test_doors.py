"""Are the doors of the contexts as narrow as they should be?"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).parent.parent.parent
CONTEXTS = ["accounts", "catalogue", "cart", "flights", "hotels", "bookings", "payments", "notifications"]


@pytest.mark.parametrize("context", CONTEXTS)
def test_a_door_needs_no_django(context: str):
    code = f"import sys, monolith.{context}.public; sys.exit('django.db' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_no_foreign_key_leaves_its_context():
    crossing = [
        f"{model._meta.label}.{field.name}"
        for context in CONTEXTS
        for model in apps.get_app_config(context).get_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model._meta.app_label not in {context, "auth"}
    ]

    assert crossing == []


def test_payments_imports_only_what_moves_with_it_or_is_everywhere():
    """The context that is moved first: itself, the kernel, doors of others, the kit, Django, urllib3, the library."""
    allowed = (
        "monolith.payments",
        "monolith.shared",
        "monolith.bookings.public",
        "boundaries",
        "django",
        "urllib3",
    )
    foreign = set()
    for path in (ROOT / "monolith" / "payments").rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            foreign |= {
                name
                for name in names
                if not name.startswith(allowed) and name.partition(".")[0] not in sys.stdlib_module_names
            }

    assert foreign == set()
