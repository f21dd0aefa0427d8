"""How is a proposed door shown to people?"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.door.operation import Operation
from boundaries.enforcement.door.proposal import Proposal
from boundaries.enforcement.door.use import Use
from boundaries.enforcement.wording import counted

_MOST_SITES = 5


def render(proposal: Proposal) -> str:
    """The operations with their callers, then what is left to decide."""
    return "\n".join(_lines(proposal))


def signature(operation: Operation) -> str:
    """`fines_by_loan(*, loan_ids: Sequence[int]) -> dict[int, list[Fine]]`."""
    parameters = ", ".join(f"{item.name}: {item.type}" for item in operation.parameters)
    return f"{operation.name}({f'*, {parameters}' if parameters else ''}) -> {operation.returns}"


def _lines(proposal: Proposal) -> Iterator[str]:
    name = proposal.context.name
    callers = ", ".join(f"{context} {count}" for context, count in sorted(proposal.callers.items()))
    yield f"{name}: {counted(sum(proposal.callers.values()), 'place')} use its inside ({callers or 'none'})."
    if proposal.operations:
        yield f"\n{counted(len(proposal.operations), 'operation')} would serve them:"
    for operation in proposal.operations:
        kind = "command" if operation.is_command else "query"
        looped = "  # asked in a loop today" if operation.is_looped else ""
        yield f"\n  @{kind} {signature(operation)}{looped}"
        yield from _sites(operation.sites)
    for symbol, names in proposal.computed.items():
        if names:
            yield f"\n  {symbol.last}: callers also use {', '.join(names)}: no columns, so somebody has to say what is meant."
    yield from _left(proposal)


def _left(proposal: Proposal) -> Iterator[str]:
    if proposal.left:
        yield f"\n{counted(len(proposal.left), 'place')} to decide by hand (a name is used, no row is asked for):"
        named: dict[str, list[Use]] = {}
        for use in proposal.left:
            named.setdefault(".".join(filter(None, [use.symbol.last, use.name])), []).append(use)
        for name, uses in sorted(named.items()):
            more = f" and {len(uses) - 1} more" if len(uses) > 1 else ""
            yield f"    {name}: {uses[0].path}:{uses[0].line}{more}"
    if proposal.others:
        yield f"\n{counted(len(proposal.others), 'coupling')} that no door replaces; `boundaries explain CODE` says what does:"
        for coupling in proposal.others:
            yield f"    {coupling.path}:{coupling.line}: {coupling.rule} {coupling.kind} {coupling.target}"


def _sites(sites: tuple[Use, ...]) -> Iterator[str]:
    for site in sites[:_MOST_SITES]:
        yield f"    {site.path}:{site.line}{f' in {site.scope}' if site.scope else ''}"
    if len(sites) > _MOST_SITES:
        yield f"    and {len(sites) - _MOST_SITES} more (--json lists them)"
