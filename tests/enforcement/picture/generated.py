"""What does an overview of any size look like? Shaped like a monolith: teams that use their own contexts most, a
kernel that everybody uses, and some that reach where they should not.
"""

from __future__ import annotations

from random import Random

from boundaries.contexts.map import Context
from boundaries.enforcement.coupling import Coupling
from boundaries.enforcement.overview import Overview, Size, edges_of

WORDS = (
    "billing", "orders", "stock", "search", "mail", "users", "reports", "pricing", "media", "routes", "audit", "quota",
    "rates", "forms", "tags", "events", "kitchen", "fleet", "claims", "ledger",
)  # fmt: skip
KINDS = (
    ("import",) * 6
    + ("relation",) * 3
    + ("lookup",) * 2
    + ("signal", "get_model", "migration", "reverse", "sql")
)
KERNEL = 6


def generated_overview(contexts: int, *, owners: int, seed: int = 1, project: str = "shop") -> Overview:
    """Contexts of as many teams, the first few a kernel; the same arguments give the same overview."""
    random = Random(seed)
    names = [_name(number) for number in range(contexts)]
    couplings = [
        coupling
        for number in range(contexts)
        for target in _targets(random, number, contexts, owners)
        for coupling in _couplings(random, names[number], names[target], is_foreign=target >= KERNEL)
    ]
    return Overview(
        project=project,
        contexts=tuple(_context(number, names, owners) for number in range(contexts)),
        sizes={name: Size(random.randint(0, 40), random.randint(1, 160)) for name in names},
        edges=tuple(edges_of(sorted(couplings, key=lambda coupling: coupling.sort_key))),
        unresolved={},
    )


def _name(number: int) -> str:
    words = WORDS[number % len(WORDS)], WORDS[(number // len(WORDS) + number) % len(WORDS)]
    return words[0] if number < len(WORDS) else f"{words[0]}_{words[1]}"


def _context(number: int, names: list[str], owners: int) -> Context:
    return Context(
        names[number],
        (f"shop.{names[number]}",),
        owner=f"{WORDS[_owner(number, len(names), owners)].title()} team" if owners else None,
        shared=number == 0,
        state="moving" if number == KERNEL else "outside" if number == KERNEL + 1 else "inside",
    )


def _owner(number: int, contexts: int, owners: int) -> int:
    return number * owners // contexts


def _targets(random: Random, number: int, contexts: int, owners: int) -> list[int]:
    """Some of the kernel, some of the own team, now and then somebody else; mostly older contexts than itself."""
    mates = [
        n
        for n in range(contexts)
        if owners and _owner(n, contexts, owners) == _owner(number, contexts, owners)
    ]
    found = {0} if number else set()
    for _ in range(random.randint(1, 4)):
        dice = random.random()
        if dice < 0.3:
            found.add(random.randrange(min(KERNEL, contexts)))
        elif dice < 0.8 and len(mates) > 1:
            found.add(random.choice([n for n in mates if n < number] or mates))
        else:
            found.add(
                random.randrange(max(1, number)) if random.random() < 0.85 else random.randrange(contexts)
            )
    return sorted(found - {number})


def _couplings(random: Random, source: str, target: str, *, is_foreign: bool) -> list[Coupling]:
    found = []
    for number in range(1 + int(random.expovariate(0.25))):
        kind = random.choice(KINDS)
        breaks = is_foreign and random.random() < 0.08
        found.append(
            Coupling(
                kind,
                f"shop/{source}/module{number % 5}.py",
                random.randint(1, 400),
                1,
                source,
                target,
                f"shop.{source}.module{number % 5}:Thing{number}.do_it",
                f"shop.{target}.public" if kind == "import" else f"{target}.Model{number % 4}",
                allowed=not breaks,
                rule="BD204" if breaks else None,
                baselined=breaks and random.random() < 0.6,
            )
        )
    return found
