"""Write a picture of every page to var/screenshots/; exit code 1 if a page is broken, 2 if nothing can be seen."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

FOLDER = Path("var/screenshots")
CHROMIUM = Path("/usr/bin/chromium")


def main() -> int:
    """Start the shop, go through its pages, and name those that are broken."""
    if missing := _missing():
        print(missing, file=sys.stderr)
        return 2
    from tests.browser.pictures import take_all
    from tests.browser.shop import open_shop

    with open_shop() as shop:
        problems = take_all(shop, FOLDER, chromium=CHROMIUM)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}/")
    return 1 if problems else 0


def _missing() -> str:
    if not CHROMIUM.exists():
        return "There is no Chromium here: apt-get install -y chromium"
    if find_spec("playwright") is None:
        return "There is no Playwright here: make screenshots installs it (pip install '.[browser]')"
    return ""


if __name__ == "__main__":
    sys.exit(main())
