"""`python -m tests.enforcement.strangers`: fetch the projects, run the verbs on them, write down the figures."""

from __future__ import annotations

import json
import sys

from tests.enforcement.strangers.look import ROOT, look_at
from tests.enforcement.strangers.project import STRANGERS

FIGURES = ROOT / "var" / "lint" / "strangers.json"
FETCHED = ROOT / "var" / "lint" / "strangers"


def main(names: list[str]) -> int:
    """Look at the named projects, or at all; figures of the others stay in the file."""
    known = {stranger.name: stranger for stranger in STRANGERS}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"{', '.join(unknown)}: not among {', '.join(known)}", file=sys.stderr)
        return 2
    for name in names or known:
        figures = look_at(known[name], FETCHED)
        keep(name, figures)
        print(_line(name, figures), flush=True)
    print(f"Figures: {FIGURES}")
    return 0


def keep(name: str, figures: dict[str, object]) -> None:
    """Write the figures of one project beside those of the others."""
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    FIGURES.write_text(json.dumps({**kept, name: figures}, indent=2, sort_keys=True) + "\n")


def _line(name: str, figures: dict[str, object]) -> str:
    runs = figures["runs"]
    assert isinstance(runs, dict)
    couplings = figures["couplings"]
    assert isinstance(couplings, dict)
    cold, warm = (runs[verb]["cpu_seconds"] for verb in ("check", "check again"))
    ends = ", ".join(f"{verb} {run['exit_code']}" for verb, run in runs.items())
    return (
        f"{name:14} {figures['contexts']:3} contexts {figures['modules']:5} modules {sum(couplings.values()):6} couplings  "
        f"cold {cold:5.1f} s  warm {warm:4.1f} s of processor  ({ends})"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
