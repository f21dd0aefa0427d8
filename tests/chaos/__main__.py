"""Run cycles of the chaos suite, print what they show, write the report."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from tests.chaos import cycle, report
from tests.chaos.crew import Troupe
from tests.chaos.cycle import Outcome
from tests.chaos.plan import Cycle, draw
from tests.chaos.stand import Stand, new_stand

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "var" / "chaos"


def main() -> int:
    """1 when anything is red."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos", description="Kill the move again and again."
    )
    parser.add_argument("--cycles", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only", type=int, nargs="*", help="of the seed's cycles, only those with these numbers"
    )
    parser.add_argument("--report", type=Path, default=FOLDER / "report.json")
    parser.add_argument("--merge", type=Path, nargs="+", help="run nothing; make one report of these")
    options = parser.parse_args()
    if options.merge:
        told = report.merge(json.loads(path.read_text()) for path in options.merge)
    else:
        cycles = [
            each
            for each in draw(options.seed, options.cycles)
            if not options.only or each.number in options.only
        ]
        told = run(cycles, seed=options.seed)
    report.write(told, options.report)
    found = report.problems(told)
    print("\n".join(found) or "green", f"\n{options.report}", sep="")
    return bool(found)


def run(cycles: list[Cycle], *, seed: int, mutant: str = "", until_red: bool = False) -> dict[str, Any]:
    """Run these cycles, or up to the first that is red, and return the report."""
    with new_stand(mutant=mutant) as stand:
        began = time.monotonic()
        outcomes = _perform(cycles, stand, until_red=until_red)
        return report.of(outcomes, seed=seed, seconds=time.monotonic() - began, lacks=stand.lacks())


def _perform(cycles: list[Cycle], stand: Stand, *, until_red: bool) -> list[Outcome]:
    troupe = Troupe()
    outcomes = []
    try:
        for each, following in zip(cycles, [*cycles[1:], None], strict=True):
            station = following.script.station if following else ""
            outcomes.append(cycle.run(each, stand, troupe, keep=FOLDER / "red", following=station))
            _say(outcomes[-1])
            if until_red and outcomes[-1].broken:
                break
    except KeyboardInterrupt:
        print("Interrupted; the report is of what was done.")
    finally:
        troupe.dismiss()
    return outcomes


def _say(outcome: Outcome) -> None:
    told = f"{outcome.seconds:5.1f} s  {outcome.figures.get('acknowledged', 0):4d} acked  {outcome.cycle}"
    print(
        told,
        *outcome.notes,
        *(f"RED {name}: {said}" for name, said in outcome.broken.items()),
        sep="\n    ",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
