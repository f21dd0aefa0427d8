"""Which evidence beside the source does somebody ask for?"""

from __future__ import annotations

import argparse
from pathlib import Path

from boundaries.contexts.map import ContextMap
from boundaries.enforcement.witness import Witness


def configure_evidence(parser: argparse.ArgumentParser) -> None:
    """Add the options that ask further witnesses."""
    parser.add_argument(
        "--exact",
        action="store_true",
        help="start the project too, and compare what it knows with the source",
    )
    parser.add_argument(
        "--python",
        type=Path,
        metavar="FILE",
        help="with --exact: the interpreter of the project's own environment, for example .venv/bin/python",
    )
    parser.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        help="add what `pytest --boundaries-record=FILE` or the recorder's middleware saw",
    )


def witnesses_of(options: argparse.Namespace, context_map: ContextMap) -> list[Witness]:
    """The witnesses that the options ask for; a project that cannot start is refused here."""
    witnesses: list[Witness] = []
    if options.exact:
        from boundaries.enforcement.exact.start import observe
        from boundaries.enforcement.exact.testimony import exact_witness

        witnesses.append(exact_witness(observe(context_map, python=options.python and str(options.python))))
    if options.record:
        from boundaries.enforcement.recorder.testimony import record_witness

        witnesses.append(record_witness(options.record))
    return witnesses
