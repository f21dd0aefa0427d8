"""Which migration goes with a rewritten field?

Django writes it, in a process of the project's own; here its AlterField becomes an `AlterReference`, which touches the
constraint alone.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from boundaries.contexts.map import ContextMap

_TIMEOUT_SECONDS = 120
_IMPORT = "from boundaries.facades.reference_operation import AlterReference\n"


class NotWritten(Exception):
    """Why the migration is left to the caller."""


def write_migrations(context_map: ContextMap, fields: Sequence[tuple[str, str, str]]) -> list[str]:
    """Write the migrations of (app label, model, field) that were rewritten; their paths below the root.

    :raises NotWritten: with what Django said, when the project does not start.
    """
    labels = sorted({label for label, _, _ in fields})
    names = sorted({name for _, _, name in fields})
    name = f"reference_{names[0]}" if len(names) == 1 else "references"
    before = _migrations(context_map.root)
    _makemigrations(context_map, "--no-header", "--name", name, *labels)
    made = sorted(_migrations(context_map.root) - before)
    altered = {(model.lower(), field) for _, model, field in fields}
    for path in made:
        path.write_text(as_constraint_only(path.read_text(encoding="utf-8"), altered), encoding="utf-8")
    return [path.relative_to(context_map.root).as_posix() for path in made]


def has_pending(context_map: ContextMap, labels: Iterable[str]) -> bool:
    """Whether models were changed before, for which no migration was made.

    :raises NotWritten: when the project does not start.
    """
    done = _run(context_map, "--check", "--dry-run", *sorted(set(labels)))
    if done.returncode and not done.stdout.strip():
        raise NotWritten(_last_line(done.stderr))
    return bool(done.returncode)


def as_constraint_only(text: str, altered: set[tuple[str, str]]) -> str:
    """A migration as Django wrote it, with `AlterReference` for these (model, field), outside of a transaction."""

    def replace(found: re.Match[str]) -> str:
        return (
            found[0].replace("migrations.AlterField", "AlterReference")
            if (found[1], found[2]) in altered
            else found[0]
        )

    operation = re.compile(r"migrations\.AlterField\(\s*model_name=['\"](\w+)['\"],\s*name=['\"](\w+)['\"]")
    changed = operation.sub(replace, text)
    if changed == text:
        return text
    changed = re.sub(
        r"^(class Migration\(.*\):\n)", r"\1    atomic = False\n", changed, count=1, flags=re.MULTILINE
    )
    first = re.search(r"^from django\.db import .*\n", changed, re.MULTILINE)
    at = first.end() if first else 0
    return f"{changed[:at]}\n{_IMPORT}{changed[at:]}" if first else f"{_IMPORT}{changed}"


def _makemigrations(context_map: ContextMap, *arguments: str) -> None:
    done = _run(context_map, *arguments)
    if done.returncode:
        raise NotWritten(_last_line(done.stderr or done.stdout))


def _run(context_map: ContextMap, *arguments: str) -> subprocess.CompletedProcess[str]:
    root = context_map.root
    environment = dict(os.environ)
    if context_map.settings:
        environment.setdefault("DJANGO_SETTINGS_MODULE", context_map.settings)
    start = ["manage.py"] if (root / "manage.py").is_file() else ["-m", "django"]
    if start[0] == "-m":
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), environment.get("PYTHONPATH")]))
    command = [sys.executable, *start, "makemigrations", "--no-input", *arguments]
    try:
        return subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NotWritten(f"it took longer than {_TIMEOUT_SECONDS} seconds") from None


def _migrations(root: Path) -> set[Path]:
    return {path for path in root.rglob("migrations/*.py") if ".venv" not in path.parts}


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "Django said nothing"
