"""Which units are technical layers, not parts of the business? Told by what they hold and who uses whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from boundaries.enforcement.suggest.anatomy import IDENTITY, Tie
from boundaries.enforcement.suggest.unit import Unit
from boundaries.enforcement.wording import counted, few

LayerKind = Literal["kernel", "entry", "shell", "giant", "outside"]

# A kernel is used by this share of all units, or by that many, and uses at most a third of what uses it.
_KERNEL_USERS, _KERNEL_USERS_ENOUGH, _KERNEL_RATIO, _KERNEL_TABLES = 0.25, 8, 3, 2
# An entry layer reaches this share of the units with tables, and is used a fifth as much as it uses.
_ENTRY_REACH, _ENTRY_LEAST, _ENTRY_RATIO, _ENTRY_TABLES = 0.33, 3, 5, 0.03
_NAMED_IN_SETTINGS = ("setting", "url")
_POINTS_AT_ROWS = ("relation", "generic", IDENTITY)


@dataclass(frozen=True, slots=True)
class Layer:
    """A technical layer and the facts that make it one."""

    name: str
    kind: LayerKind
    reason: str


@dataclass
class _Use:
    """Who uses a unit, whom it uses, and how often; whether rows of others point at its rows."""

    users: set[str]
    used: set[str]
    times_used: int = 0
    times_using: int = 0
    is_pointed_at: bool = False


def find_layers(
    units: Mapping[str, Unit], ties: Iterable[tuple[str, str, Tie]], *, are_declared: bool = False
) -> dict[str, Layer]:
    """The technical layers among the units; `ties` come with the units of both ends.

    Units that somebody declared as contexts need clearer facts: no table at all, and for a kernel many users.
    """
    known = [(s, t, tie) for s, t, tie in ties if s != t and tie.kind != "migration"]
    layers = {name: _shell(name) for name, unit in units.items() if unit.is_shell}
    layers |= {name: _shell(name) for name in _settings(units, known)}
    while found := _kernels(units, known, layers, are_declared=are_declared):
        layers |= found
    return layers | _entries(units, known, layers, are_declared=are_declared)


def _shell(name: str) -> Layer:
    return Layer(name, "shell", "the project's own package: settings, URLs, start-up")


def _settings(units: Mapping[str, Unit], ties: list[tuple[str, str, Tie]]) -> set[str]:
    """Packages outside all apps that mostly name others in settings."""
    kinds: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    for source, _, tie in ties:
        kinds[source][tie.kind in _NAMED_IN_SETTINGS] += 1
    return {name for name, count in kinds.items() if _is_outside(units[name]) and count[True] > count[False]}


def _is_outside(unit: Unit) -> bool:
    """Whether a unit is code of no app, without data."""
    return not unit.app and not unit.tables


def _kernels(
    units: Mapping[str, Unit],
    ties: list[tuple[str, str, Tie]],
    layers: Mapping[str, Layer],
    *,
    are_declared: bool,
) -> dict[str, Layer]:
    uses = _uses(ties, layers)
    others = len(units) - sum(layer.kind == "shell" for layer in layers.values()) - 1
    enough = max(3, min(_KERNEL_USERS_ENOUGH, round(_KERNEL_USERS * others)))
    found = {}
    for name, use in sorted(uses.items()):
        unit = units[name]
        may_own = 0 if unit.is_piece or are_declared else _KERNEL_TABLES
        is_library = not (unit.tables or use.used or are_declared) and len(use.users) >= 2
        if (
            name not in layers
            and unit.tables <= may_own
            and not use.is_pointed_at
            and use.times_used >= _KERNEL_RATIO * use.times_using
            and (is_library or len(use.users) >= enough)
        ):
            found[name] = Layer(name, "kernel", _kernel_reason(unit, use, others))
    return found


def _entries(
    units: Mapping[str, Unit],
    ties: list[tuple[str, str, Tie]],
    layers: Mapping[str, Layer],
    *,
    are_declared: bool,
) -> dict[str, Layer]:
    uses = _uses(ties, layers)
    owning = {name for name, unit in units.items() if unit.tables}
    most_tables = 0 if are_declared else _ENTRY_TABLES * sum(unit.tables for unit in units.values())
    enough = max(_ENTRY_LEAST, _ENTRY_REACH * len(owning))
    return {
        name: Layer(name, "entry", _entry_reason(units[name], use, owning))
        for name, use in sorted(uses.items())
        if name not in layers
        and not units[name].is_piece
        and units[name].tables <= most_tables
        and not use.is_pointed_at
        and len(use.used & owning) >= enough
        and use.times_using >= _ENTRY_RATIO * use.times_used
    }


def _uses(ties: list[tuple[str, str, Tie]], layers: Mapping[str, Layer]) -> dict[str, _Use]:
    """What units do to each other. What a kernel does counts for nobody, nor what is done by the shell."""
    uses: defaultdict[str, _Use] = defaultdict(lambda: _Use(set(), set()))
    for source, target, tie in ties:
        if source not in layers:
            uses[target].users.add(source)
            uses[target].times_used += 1
            uses[target].is_pointed_at |= tie.kind in _POINTS_AT_ROWS
        if target not in layers:
            uses[source].used.add(target)
            uses[source].times_using += 1
    return uses


def _kernel_reason(unit: Unit, use: _Use, others: int) -> str:
    return f"{_tables(unit)}; {len(use.users)} of {others} others use it, it uses {few(sorted(use.used), most=3) or 'nobody'}"


def _entry_reason(unit: Unit, use: _Use, owning: set[str]) -> str:
    users = f"{len(use.users)} use it" if use.users else "nobody uses it"
    return f"{_tables(unit)}; it uses {len(use.used & owning)} of the {len(owning)} that own data, {users}"


def _tables(unit: Unit) -> str:
    return counted(unit.tables, "table") if unit.tables else "no tables"
