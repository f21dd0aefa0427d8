"""How does a whole service come about?"""

from __future__ import annotations

import tempfile
from pathlib import Path

from boundaries.strangler.code.blueprint import Blueprint
from boundaries.strangler.code.history import write_history
from boundaries.strangler.code.layout import HISTORY, lay_out
from boundaries.strangler.code.template import require_known_templates


def generate(blueprint: Blueprint, *, history: Path | None = None) -> dict[str, bytes]:
    """Every file of the service, by path. Built in a temporary folder; nothing of the project is touched.

    `history` is the folder of a service whose migrations have been applied somewhere: they are kept, and what is
    new in the models becomes a further migration. Without it the history is written from the beginning.

    :raises ServiceDoesNotLoad: when Django cannot load what was generated.
    :raises TemplateUnknown: when a template of the project replaces none.
    """
    require_known_templates()
    files = lay_out(blueprint)
    with tempfile.TemporaryDirectory(prefix="boundaries-scaffold-") as name:
        folder = Path(name)
        for path, content in {**files, **_applied(history)}.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        required = [item.variable for item in blueprint.variables if item.is_required and item.variable]
        migrations = write_history(
            folder, context=blueprint.context.name, labels=blueprint.labels, variables=required
        )
    return {**files, **migrations}


def _applied(history: Path | None) -> dict[str, bytes]:
    if history is None:
        return {}
    return {
        path.relative_to(history).as_posix(): path.read_bytes() for path in (history / HISTORY).rglob("*.py")
    }
