"""BD210: which ORM paths join another context only to read the key that the own column holds?

`payment__pk__in` and `payment__id` are `payment_id__in` and `payment_id`; any other join is left to people.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from functools import cache, partial

from boundaries.enforcement.source.model import Model
from boundaries.strangler.codemod.declaration import NotSure, declaration_at
from boundaries.strangler.codemod.ground import Ground, Violation
from boundaries.strangler.codemod.key import key_of
from boundaries.strangler.codemod.mention import READS_COLUMN, holder_of
from boundaries.strangler.codemod.proposal import ByHand, Proposal, Rewrite
from boundaries.strangler.codemod.text import Edit, Text
from boundaries.strangler.codemod.use import ends_at_key


def propose(ground: Ground, violations: Iterable[Violation]) -> Proposal:
    """Rewrites for the paths that end at a key."""
    proposal = Proposal()
    keys = cache(partial(_keys, ground))
    for violation in violations:
        link = violation.link
        try:
            shorter = _shorter(keys, violation)
            edit = _edit(ground, violation, shorter)
        except (NotSure, SyntaxError, ValueError) as reason:
            ask = f"Ask the facade of {link.target_context} for the identities or values; the guide replace-a-join says how."
            proposal.by_hand.append(ByHand(link.path, link.line, f"{link.detail}: {reason}", ask))
            continue
        what = f"{link.detail} becomes {shorter}"
        proposal.rewrites.append(
            Rewrite(link.path, link.line, what, {link.path: (edit,)}, mends=(violation.identity,))
        )
    return proposal


def _shorter(keys: Callable[[str, str], frozenset[str]], violation: Violation) -> str:
    """The path by the column; `keys` gives the names of the key behind a foreign key's name and target.

    :raises NotSure: when it needs more than the key.
    """
    link = violation.link
    parts = link.detail.split("__")
    for at in range(1, len(parts)):
        if ends_at_key(parts[at + 1 :]) and parts[at] in keys(parts[at - 1], link.target):
            return "__".join([*parts[: at - 1], f"{parts[at - 1]}_id", *parts[at + 1 :]])
    raise NotSure(f"it joins {link.target} for more than its key")


def _keys(ground: Ground, name: str, target: str) -> frozenset[str]:
    """The names of the key to which every relation of that name and target points; none where they differ, or where
    one of them is a way back and no column.
    """
    relations = ground.analysis.relations
    found: set[frozenset[str]] = set()
    for node in relations.nodes_with(name):
        step = relations.steps(node)[name]
        if step.to.dotted != target:
            continue
        if step.is_back or step.to.model is None or node.model is None:
            return frozenset()
        found.add(_keys_of(ground, node.model, name, step.to.model))
    return found.pop() if len(found) == 1 else frozenset()


def _keys_of(ground: Ground, model: Model, name: str, target: Model) -> frozenset[str]:
    for declaring, field in ground.analysis.models.fields(model):
        if field.name == name:
            try:
                key = declaration_at(ground.text(declaring.file.relative), field.line, field.column)
            except NotSure:
                return frozenset()
            known = key_of(ground, target, key.to_field)
            own = {key.to_field} if key.to_field else {"pk"}
            return frozenset(own | ({known[0]} if known else set()))
    return frozenset()


def _edit(ground: Ground, violation: Violation, shorter: str) -> Edit:
    """Where the path stands: at the place of the violation, behind a quote or a minus where it is a string."""
    link = violation.link
    text = ground.text(link.path)
    start = text.offset(link.line, link.column - 1)
    path = link.detail.encode()
    at = text.content.find(path, start, start + len(path) + 4)
    if at < 0:
        raise NotSure("it is put together from parts")
    holder = _holder(text, link.line, link.column - 1)
    if holder not in READS_COLUMN:
        raise NotSure(f"`{holder}` makes a name of it")
    return Edit(at, at + len(path), shorter)


def _holder(text: Text, line: int, column: int) -> str:
    for position in text.positions():
        node = position.node
        is_there = (getattr(node, "lineno", 0), getattr(node, "col_offset", -1)) == (line, column)
        if is_there and isinstance(node, ast.keyword | ast.Constant):
            return holder_of(position)
    return ""
