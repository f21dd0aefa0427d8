"""How is the card processor started?  `python -m monolith.card_processor --port N --store FILE`"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from monolith.card_processor.server import serve


def main() -> int:
    """Serve until SIGTERM; the first line printed is the address, once connections are accepted."""
    parser = argparse.ArgumentParser(
        prog="python -m monolith.card_processor", description="A simulated card processor."
    )
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one")
    parser.add_argument(
        "--store", type=Path, required=True, metavar="FILE", help="its SQLite file, made when missing"
    )
    options = parser.parse_args()

    def ready(port: int) -> None:
        print(f"http://{options.host}:{port}", flush=True)

    asyncio.run(serve(host=options.host, port=options.port, path=options.store, ready=ready))
    return 0


if __name__ == "__main__":
    sys.exit(main())
