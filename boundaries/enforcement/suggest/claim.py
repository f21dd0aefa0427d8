"""What would the map claim for the suggested contexts?"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from boundaries.contexts.claim import is_importable
from boundaries.enforcement.suggest.candidate import Clustering
from boundaries.enforcement.suggest.unit import Division, Unit


@dataclass(frozen=True)
class Claim:
    """What one context of the map would claim, and whether everybody may use it."""

    packages: tuple[str, ...]
    models: tuple[str, ...] = ()
    shared: bool = False

    def as_toml(self, header: str) -> str:
        """One table of the map."""
        lines = [header, f"packages = {_texts(self.packages)}"]
        if self.models:
            lines.append(f"models = {_texts(self.models)}")
        if self.shared:
            lines.append("shared = true")
        return "\n".join([*lines, 'mode = "open"'])


def claims_of(clustering: Clustering, division: Division) -> dict[str, Claim]:
    """Each context of the map with its claim.

    Candidates first, then the technical layers. What no candidate took of a giant app stays together as one
    more context, because the longest name wins.
    """
    whole = _whole_packages(clustering, division)
    found: dict[str, Claim] = {}
    for candidate in clustering.candidates:
        found[candidate.name] = _claim(candidate.units, whole[candidate.name])
    for app in division.giants:
        found[_free(f"{app.label}_rest", found)] = Claim((app.package,))
    others = [
        unit for name, unit in division.units.items() if name not in clustering.owner and not unit.is_piece
    ]
    for unit in others:
        layer = clustering.layers.get(unit.name)
        is_context = not unit.is_shell and (layer is not None or unit.app)
        if is_context and all(map(is_importable, unit.packages)):
            is_shared = layer is not None and layer.kind == "kernel"
            found[_free(unit.name, found)] = Claim(unit.packages, shared=is_shared)
    return found


def _whole_packages(clustering: Clustering, division: Division) -> Mapping[str, set[str]]:
    """The packages inside giant apps of which every module belongs to one candidate."""
    owners: dict[str, set[str]] = {}
    for name, unit in division.units.items():
        if unit.is_piece and not unit.models:
            for package in _above(unit.packages[0]):
                owners.setdefault(package, set()).add(clustering.owner.get(name, ""))
    giants = {app.package for app in division.giants}
    whole: dict[str, set[str]] = {candidate.name: set() for candidate in clustering.candidates}
    for package, names in owners.items():
        is_inside = any(package.startswith(f"{giant}.") for giant in giants)
        if is_inside and len(names) == 1 and (name := next(iter(names))):
            whole[name].add(package)
    return whole


def _claim(units: Collection[Unit], whole: Collection[str]) -> Claim:
    packages = {package for unit in units for package in unit.packages if is_importable(package)}
    covered = {package for package in whole if not any(above in whole for above in _above(package)[1:])}
    kept = {package for package in packages if not any(above in covered for above in _above(package))}
    used = {above for package in packages for above in _above(package) if above in covered}
    return Claim(tuple(sorted(kept | used)), tuple(sorted(model for unit in units for model in unit.models)))


def _above(package: str) -> list[str]:
    """A dotted name and every package that holds it, longest first."""
    parts = package.split(".")
    return [".".join(parts[:size]) for size in range(len(parts), 0, -1)]


def _free(name: str, taken: Collection[str]) -> str:
    plain = re.sub(r"\W", "_", name)
    while plain in taken:
        plain += "_layer"
    return plain


def _texts(values: Collection[str]) -> str:
    """A list in TOML: on one line while it is short."""
    short = f"[{', '.join(map(json.dumps, values))}]"
    return (
        short
        if len(short) <= 90
        else "[\n" + "".join(f"    {json.dumps(value)},\n" for value in values) + "]"
    )
