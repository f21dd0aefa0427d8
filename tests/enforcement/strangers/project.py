"""Which foreign projects are looked at, and how does one get here?"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stranger:
    """One distribution of the package index, and why it was chosen."""

    name: str
    version: str
    shape: str


STRANGERS = (
    Stranger("django-oscar", "4.2.1", "loaders in place of imports; apps in apps, with labels of their own"),
    Stranger(
        "wagtail",
        "8.0.1",
        "a library: no settings, models in multi-table inheritance, modules without __init__.py",
    ),
    Stranger("pretix", "2026.8.0", "one large app that holds most models, lookups everywhere"),
    Stranger("weblate", "5.14.3", "a site with settings for several occasions"),
    Stranger("mayan-edms", "4.12.2", "ninety small apps, loaders, signals"),
    Stranger("kolibri", "0.19.5", "several thousand modules, most of them bundled copies of other packages"),
    Stranger("misago", "0.39.6", "two top-level packages, a skeleton project among the code"),
)


def fetch(stranger: Stranger, folder: Path) -> Path:
    """Unpack the distribution below `folder` and return its own folder; nothing of it is installed or run."""
    place = folder / stranger.name
    if not place.exists():
        wheels = folder / "wheels"
        requirement = f"{stranger.name}=={stranger.version}"
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
             "--disable-pip-version-check", "--dest", str(wheels), requirement],
            check=True, capture_output=True, timeout=300,
        )  # fmt: skip
        [wheel] = wheels.glob(f"{stranger.name.replace('-', '_')}-*.whl")
        unpacked = place.with_suffix(".part")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(unpacked)
        unpacked.rename(place)
        wheel.unlink()
    return place
