"""Does a receiver listen to another context's model?"""

from __future__ import annotations

from boundaries.contexts.map import Context
from boundaries.enforcement.kinds.link import Link
from boundaries.enforcement.rules.rule import Rule


def _breaks(_link: Link, _source: Context, _target: Context) -> bool:
    return True


RULE = Rule(
    code="BD213",
    title="signal of another context's model",
    kinds=("signal",),
    why=(
        "A model signal runs inside the other context's transaction and hands out its model. Nobody"
        " sends it any more from the moment that the other context runs elsewhere."
    ),
    fix=("Let the owner publish an event, declare the context in `listens_to`, and consume the event."),
    remedy="Consume an event of {target_context} instead of the signals of {target}.",
    breaks=_breaks,
)
