"""Where does somebody want facts to be kept?"""

from __future__ import annotations

import argparse
from pathlib import Path

from boundaries.enforcement.source.cache import default_folder


def configure_cache(parser: argparse.ArgumentParser) -> None:
    """Add the options for the cache."""
    parser.add_argument("--no-cache", action="store_true", help="read everything again and keep nothing")
    parser.add_argument("--cache-dir", type=Path, metavar="DIR", help="default: the user's cache folder")


def cache_folder(options: argparse.Namespace) -> Path | None:
    """The folder of the cache; None where nothing is to be kept."""
    return None if options.no_cache else options.cache_dir or default_folder()
