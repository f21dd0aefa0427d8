"""How is the traffic started?  `python -m monolith.traffic --url URL --rate 40 --journal FILE`"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from monolith.traffic.driver import Drive, NobodyHomeError
from monolith.traffic.figures import replace_json
from monolith.traffic.journal import Journal
from monolith.traffic.journeys import JOURNEYS, Mix
from monolith.traffic.wire import PATIENCE_SECONDS


def main() -> int:
    """Drive until told to stop; 0, also after SIGTERM, or 2 when nobody could sign in."""
    options = _options()
    journal = Journal(options.journal) if options.journal else None
    try:
        summary = asyncio.run(_drive(options, journal))
    except NobodyHomeError as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        if journal:
            journal.close()
    if options.capacity:
        print(json.dumps(summary))
    if options.journal:
        replace_json(options.journal.with_suffix(".summary.json"), summary)
    return 0


async def _drive(options: argparse.Namespace, journal: Journal | None) -> dict[str, object]:
    drive = Drive(
        url=options.url,
        seed=options.seed,
        users=options.users,
        connections=options.connections,
        journal=journal,
        mix=Mix(options.mix),
        status=options.status,
        clock=options.clock,
        patience_seconds=options.patience,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, drive.stopping.set)
    if options.capacity:
        return await drive.closed_loop(seconds=options.seconds or 10.0)
    progress = asyncio.create_task(_progress(drive)) if options.progress else None
    try:
        return await drive.open_loop(
            rate=options.rate, seconds=options.seconds, until_file=options.until_file
        )
    finally:
        if progress:
            progress.cancel()


async def _progress(drive: Drive) -> None:
    while True:
        await asyncio.sleep(1)
        print(f"{drive.tally.requests} requests, {drive.tally.failed} failed", file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m monolith.traffic",
        description="Travel: search, book, pay, cancel, refund; and keep a journal.",
    )
    parser.add_argument("--url", required=True, help="of the shop, like http://127.0.0.1:8000")
    parser.add_argument(
        "--rate", type=float, default=40.0, help="offered requests a second (default: %(default)s)"
    )
    parser.add_argument("--seconds", type=float, help="how long (default: until SIGTERM; with --capacity 10)")
    parser.add_argument("--until-file", type=Path, metavar="PATH", help="stop when this file exists")
    parser.add_argument(
        "--journal", type=Path, metavar="FILE", help="where to write what was asked and answered"
    )
    parser.add_argument(
        "--status", type=Path, metavar="FILE", help="figures of the last second, rewritten each second"
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="of the arrivals and choices (default: %(default)s)"
    )
    parser.add_argument("--connections", type=int, default=32, help="most at a time (default: %(default)s)")
    parser.add_argument(
        "--patience", type=float, default=PATIENCE_SECONDS, metavar="SECONDS", help="default: %(default)s"
    )
    parser.add_argument("--users", type=int, default=16, help="travellers who sign in (default: %(default)s)")
    parser.add_argument(
        "--clock",
        choices=("exponential", "uniform"),
        default="exponential",
        help="of the arrivals: by lot, or evenly spaced and mixed",
    )
    parser.add_argument("--mix", type=_mix, metavar="NAME=SHARE,...", help=f"of {', '.join(JOURNEYS)}")
    parser.add_argument(
        "--capacity", action="store_true", help="closed loop; prints what the shop can do, as JSON"
    )
    parser.add_argument("--progress", action="store_true", help="a line each second, to standard error")
    return parser.parse_args()


def _mix(text: str) -> dict[str, float]:
    mix = {name: float(share) for name, _, share in (part.partition("=") for part in text.split(","))}
    unknown = set(mix) - set(JOURNEYS)
    if unknown or sum(mix.values()) <= 0:
        raise argparse.ArgumentTypeError(
            f"no such journeys: {', '.join(sorted(unknown)) or 'the shares are all 0'}"
        )
    return mix


if __name__ == "__main__":
    sys.exit(main())
