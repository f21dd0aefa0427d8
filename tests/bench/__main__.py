"""Run the benches, print a table, write the report."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.bench import benches
from tests.bench.place import ROOT, Place, prepared
from tests.bench.report import Absent, Row, as_table, exit_code, write_report

REPORT = ROOT / "var" / "bench" / "report.json"


def main() -> int:
    """Run what is asked for; 1 when a bound is not kept or a bench could not be run."""
    known = sorted(module.name for module in pkgutil.iter_modules(benches.__path__))
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="Measure the kit beside its peers."
    )
    parser.add_argument("names", nargs="*", help=", ".join(known))
    names = parser.parse_args().names or known
    rows: list[Row] = []
    absent: list[Absent] = []
    with tempfile.TemporaryDirectory(prefix="boundaries-bench-") as folder, prepared(Path(folder)) as place:
        for name in names:
            _run(name, place, rows, absent)
    write_report(REPORT, rows)
    print(as_table(rows, absent))
    print(f"\n{REPORT.relative_to(ROOT)}")
    return exit_code(rows, absent)


def _run(name: str, place: Place, rows: list[Row], absent: list[Absent]) -> None:
    print(f"{name} ...", end=" ", file=sys.stderr, flush=True)
    started = time.monotonic()
    try:
        rows += importlib.import_module(f"tests.bench.benches.{name}").run(place)
    except Exception as error:  # noqa: BLE001 - one bench that breaks must not hide the others
        traceback.print_exc()
        absent.append(Absent(name, f"{type(error).__name__}: {error}".splitlines()[0]))
    print(f"{time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
