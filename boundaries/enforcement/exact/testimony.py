"""What does the running project know that its source does not show, and the other way round?

A coupling that both know stays the source's, with its place. What only the running project knows is judged like any
other, with the evidence `exact`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from boundaries.enforcement.coupling import Disagreement
from boundaries.enforcement.exact import route, schema, signal, task
from boundaries.enforcement.exact.ground import Ground
from boundaries.enforcement.exact.observation import Observation
from boundaries.enforcement.kinds.link import Analysis, Link
from boundaries.enforcement.witness import Testimony, Witness, disagreement

_FINDERS = (schema.find, signal.find, route.find, task.find)
_SCHEMA = frozenset({"relation", "generic", "inheritance"})

Key = tuple[str, ...]


def exact_witness(observation: Observation) -> Witness:
    """The running project as a witness of couplings."""

    def testify(shown: Sequence[Link], analysis: Analysis) -> Testimony:
        ground = Ground(analysis)
        known = [link for find in _FINDERS for link in find(observation, ground)]
        unseen = list(_unseen(known, shown))
        of_models = [link for link in shown if link.kind in _SCHEMA and ground.is_loadable(link.source)]
        unknown = (
            _unknown_relations(of_models, known, observation),
            _unknown_receivers(shown, known),
            _unknown_names(shown, observation, analysis),
        )
        return Testimony(
            links=tuple(unseen),
            disagreements=(
                *(disagreement(link, known_to="exact", reason=link.detail) for link in unseen),
                *(found for group in unknown for found in group),
            ),
            notices=observation.problems,
        )

    return Witness(testify, packages=observation.packages)


def _unseen(known: Sequence[Link], shown: Sequence[Link]) -> Iterator[Link]:
    """What only the running project has. Fields are counted; for the rest it is enough that the source shows one."""
    yield from _surplus((link for link in known if link.kind in _SCHEMA), shown, _relation_key)
    heard = {_receiver_key(link) for link in shown if link.kind == "signal"}
    yield from (link for link in known if link.kind == "signal" and _receiver_key(link) not in heard)
    reached = {key for link in shown for key in (_context_key(link), _module_key(link))}
    yield from (link for link in known if link.kind == "url" and _context_key(link) not in reached)
    yield from (link for link in known if link.kind == "task" and _module_key(link) not in reached)


def _unknown_relations(
    shown: Sequence[Link], known: Sequence[Link], observation: Observation
) -> Iterator[Disagreement]:
    loaded = {f"{model.module}:{model.qualname}" for model in observation.models}
    packages = tuple(observation.apps.values())
    for link in _surplus(shown, known, _relation_key):
        module = link.source.partition(":")[0]
        if not any(module == package or module.startswith(f"{package}.") for package in packages):
            reason = "its app is not installed in the running project"
        elif link.source not in loaded:
            reason = "the running project has not loaded this model"
        else:
            reason = "the running project has the model without it"
        yield disagreement(link, known_to="static", reason=reason)


def _unknown_receivers(shown: Sequence[Link], known: Sequence[Link]) -> Iterator[Disagreement]:
    connected = {_receiver_key(link) for link in known if link.kind == "signal"}
    for link in shown:
        if link.kind == "signal" and _receiver_key(link) not in connected:
            yield disagreement(
                link, known_to="static", reason="no such receiver is connected in the running project"
            )


def _unknown_names(
    shown: Sequence[Link], observation: Observation, analysis: Analysis
) -> Iterator[Disagreement]:
    """URL names and task names that nothing answers to. A namespace may have two names, so the last part decides."""
    routes = {route.name.rpartition(":")[2] for route in observation.routes}
    for link in shown:
        if link.kind == "url" and routes and link.target not in analysis.project.modules:
            if link.target.rpartition(":")[2] not in routes:
                yield disagreement(link, known_to="static", reason="no URL of ROOT_URLCONF has this name")
        elif link.kind == "task" and observation.tasks and link.target not in observation.tasks:
            yield disagreement(link, known_to="static", reason="no task of this name is registered")


def _surplus(links: Iterable[Link], others: Iterable[Link], key: Callable[[Link], Key]) -> Iterator[Link]:
    """The links beyond those that the others have under the same key; what they have word by word is matched first."""
    others = list(others)
    details = {(key(link), link.detail) for link in others}
    left = Counter(key(link) for link in others)
    for link in sorted(links, key=lambda link: (key(link), link.detail) not in details):
        if left[key(link)]:
            left[key(link)] -= 1
        else:
            yield link


def _relation_key(link: Link) -> Key:
    return (link.kind, link.source, link.target.lower())


def _receiver_key(link: Link) -> Key:
    return (link.source_context, link.target_context, link.target.lower())


def _context_key(link: Link) -> Key:
    return (link.source.partition(":")[0], link.target_context)


def _module_key(link: Link) -> Key:
    return (link.source.partition(":")[0], "module", link.module)
