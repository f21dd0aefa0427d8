"""Which tasks of other contexts are named: to be sent, scheduled or routed?"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.kinds.link import Analysis, Link, link_at
from boundaries.enforcement.source.facts import PATH, TASK, TextFact


def find(analysis: Analysis) -> Iterator[Link]:
    """Names in `send_task` and `signature`, in beat schedules and routing settings, and wherever else a string
    is the path of a task.
    """
    names = task_names(analysis)
    for file, facts, owner in analysis.owned_files():
        for fact in facts.texts if file.purpose != "migration" else ():
            if not names_task(fact, names):
                continue
            module = names.get(fact.text) or _module_of(analysis, fact.text)
            context = analysis.context_map.context_of_module(module) if module else None
            if context not in {None, owner}:
                yield link_at(
                    fact,
                    kind="task",
                    file=file,
                    owner=owner,
                    context=context or "",
                    target=fact.text,
                    module=module or "",
                )


def task_names(analysis: Analysis) -> dict[str, str]:
    """Every task of the project by its name, with the module that defines it."""
    found: dict[str, str] = {}
    for file, facts in analysis.project.files():
        for function, name in facts.tasks.items():
            found[f"{file.module}.{function}"] = file.module
            if name:
                found[name] = file.module
    return found


def names_task(fact: TextFact, names: dict[str, str]) -> bool:
    """Whether a string is a task's name, by where it stands or by what it names."""
    return fact.role == TASK or (fact.role == PATH and fact.text in names)


def _module_of(analysis: Analysis, text: str) -> str | None:
    """The module that a path or pattern such as `shop.payments.tasks.*` leads to."""
    path = text.partition("*")[0]
    if path != text:
        path = path.rpartition(".")[0]
    return analysis.project.module_of_path(path) if "." in path else None
