"""Which strings are dotted paths into other contexts?

Task names, lazy types, backends, handlers: whatever is imported by its path later.
"""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.enforcement.kinds.link import Analysis, Link, symbol_name


def find(analysis: Analysis) -> Iterator[Link]:
    """Strings that name a module of another context, or something that such a module defines.

    A string that merely contains dots names nothing, and is nothing to resolve.
    """
    for file, facts, owner in analysis.owned_files():
        for fact in facts.paths if file.purpose != "migration" else ():
            target = analysis.context_map.context_of_module(fact.path)
            if target is None or target == owner:
                continue
            module = analysis.project.module_of_path(fact.path)
            if module is not None and analysis.context_map.context_of_module(module) == target:
                yield Link(
                    kind="setting",
                    path=file.relative,
                    line=fact.line,
                    column=fact.column,
                    source_context=owner,
                    target_context=target,
                    source=symbol_name(file.module, fact.scope),
                    target=fact.path,
                    module=module,
                )
