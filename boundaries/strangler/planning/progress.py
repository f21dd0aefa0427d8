"""How far has a context come since the last plan?

The last plan is kept in the user's cache folder, never in the project; blockers are recognised without their lines.
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

Known = tuple[str, str, str]


def keep_plan(plan: dict[str, Any], *, root: Path, folder: Path) -> None:
    """Make this the plan that the next one is compared with; a folder that cannot be written is done without."""
    kept = {
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "blockers": [_known(one) for one in plan["blockers"]],
    }
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        _file(plan["context"], root, folder).write_text(json.dumps(kept), encoding="utf-8")


def compare_with_last(plan: dict[str, Any], *, root: Path, folder: Path) -> dict[str, Any]:
    """What is gone and what is new since the plan that was kept: `since` is None where there is none."""
    last = _read(_file(plan["context"], root, folder))
    now = Counter(_known(one) for one in plan["blockers"])
    before = Counter(tuple(one) for one in last["blockers"]) if last else now
    return {
        "since": last["at"] if last else None,
        "before": before.total(),
        "now": now.total(),
        "gone": _told((before - now).elements()),
        "new": _told((now - before).elements()),
    }


def _known(blocker: dict[str, Any]) -> Known:
    return blocker["code"], blocker["path"] or "", blocker["what"]


def _told(known: Iterable[Any]) -> list[dict[str, str]]:
    return [{"code": code, "path": path, "what": what} for code, path, what in sorted(known)]


def _file(context: str, root: Path, folder: Path) -> Path:
    return (
        folder
        / f"{root.name or 'root'}-{blake2b(str(root).encode(), digest_size=8).hexdigest()}.{context}.plan"
    )


def _read(path: Path) -> dict[str, Any] | None:
    """The kept plan; None where there is none, or what is there is none."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return kept if isinstance(kept, dict) and {"at", "blockers"} <= kept.keys() else None
    except (OSError, ValueError):
        return None
