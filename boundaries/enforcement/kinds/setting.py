"""Which strings are dotted paths into other contexts?

Middleware, context processors, lazy types, backends, handlers: whatever is imported by its path later.
"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.kinds.link import Analysis, Link, link_at
from boundaries.enforcement.kinds.task import names_task, task_names
from boundaries.enforcement.source.facts import PATH


def find(analysis: Analysis) -> Iterator[Link]:
    """Strings that name a module of another context, or something that such a module defines; tasks are a kind
    of their own.

    A string that merely contains dots names nothing, and is nothing to resolve.
    """
    tasks = task_names(analysis)
    for file, facts, owner in analysis.owned_files():
        for fact in facts.texts if file.purpose != "migration" else ():
            if fact.role != PATH or names_task(fact, tasks):
                continue
            path = fact.text.replace(":", ".")
            target = analysis.context_map.context_of_module(path)
            if target is None or target == owner:
                continue
            module = analysis.project.module_of_path(path)
            if module is not None and analysis.context_map.context_of_module(module) == target:
                yield link_at(
                    fact,
                    kind="setting",
                    file=file,
                    owner=owner,
                    context=target,
                    target=fact.text,
                    module=module,
                )
