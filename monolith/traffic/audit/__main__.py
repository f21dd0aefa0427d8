"""How is the audit started?  `python -m monolith.traffic.audit --journal FILE --processor URL ...`"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import psycopg

from monolith.traffic.audit.run import run_audit

DONE, FOUND, REFUSED = 0, 1, 2


def main() -> int:
    """Compare and print: 0 when all agrees, 1 when something does not, 2 when it could not be read."""
    options = _options()
    try:
        verdict = run_audit(
            journal=options.journal,
            processor=options.processor,
            bookings_url=options.bookings_database,
            payments_url=options.payments_database,
            settle_seconds=options.settle,
        )
    except (OSError, ValueError, KeyError, psycopg.Error) as error:
        print(f"The audit could not be made: {error!r}", file=sys.stderr)
        return REFUSED
    print(json.dumps(verdict, indent=2) if options.json else _in_words(verdict))
    return FOUND if verdict["discrepancies"] else DONE


def _in_words(verdict: dict[str, Any]) -> str:
    writes = verdict["writes"]
    lines = [
        f"Of {writes['acknowledged']} acknowledged writes, {writes['lost']} are lost.",
        f"{writes['duplicated']} things happened more than once.",
        f"The outcome of {writes['unknown']} was never told.",
        "The money is conserved." if verdict["money"]["conserved"] else "The money is not conserved.",
    ]
    for currency, books in verdict["money"]["by_currency"].items():
        captured = ", ".join(f"{book} {sums['captured']}" for book, sums in books.items())
        lines.append(f"  {currency} captured: {captured}")
    return "\n".join([*lines, *(f"  {sentence}" for sentence in verdict["discrepancies"])])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m monolith.traffic.audit",
        description="Hold the traffic's journal against the databases and the card processor's books.",
    )
    parser.add_argument(
        "--journal", type=Path, required=True, metavar="FILE", help="what the traffic was told"
    )
    parser.add_argument("--processor", required=True, metavar="URL", help="of the card processor")
    parser.add_argument("--bookings-database", required=True, metavar="URL", help="the monolith's")
    parser.add_argument(
        "--payments-database", required=True, metavar="URL", help="of whoever owns payments now"
    )
    parser.add_argument(
        "--settle",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="to wait for what is under way (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
