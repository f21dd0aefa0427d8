"""Who else than the source knows couplings, and where do the two disagree?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from boundaries.enforcement.coupling import Disagreement
from boundaries.enforcement.link import Link

if TYPE_CHECKING:
    from boundaries.enforcement.kinds import Analysis


@dataclass(frozen=True)
class Testimony:
    """What a witness adds: links that the source does not show, what it sees differently, what to tell people."""

    links: tuple[Link, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Witness:
    """Somebody who knows couplings; asked with every link that the source shows.

    `packages` are the files of installed modules by name, where it knows them: the source is read on into those that
    models build on.
    """

    testify: Callable[[Sequence[Link], Analysis], Testimony]
    packages: Mapping[str, str] = field(default_factory=dict)


def disagreement(link: Link, *, known_to: str, reason: str) -> Disagreement:
    """A link that only one of the two knows."""
    return Disagreement(
        known_to=known_to,
        kind=link.kind,
        path=link.path,
        line=link.line,
        source_context=link.source_context,
        target_context=link.target_context,
        source=link.source,
        target=link.target,
        reason=reason,
    )
