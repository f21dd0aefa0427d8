"""How does source become the coupling graph?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from boundaries import __version__
from boundaries.contexts.map import ContextMap
from boundaries.enforcement import linter
from boundaries.enforcement.coupling import Coupling, CouplingGraph
from boundaries.enforcement.exception import Exceptions
from boundaries.enforcement.kinds import FINDERS, Analysis, Link
from boundaries.enforcement.rules import check_severities, judge, rule_of, severity_of
from boundaries.enforcement.rules.rule import Rule
from boundaries.enforcement.source.cache import FactCache
from boundaries.enforcement.source.reader import SourceText, read_facts, read_texts
from boundaries.enforcement.witness import Witness

_MOST_FILES_NAMED = 5


@dataclass(frozen=True)
class Reading:
    """The graph, with the analysis that it came from and the exceptions that the source grants."""

    graph: CouplingGraph
    analysis: Analysis
    exceptions: Exceptions


def read_graph(
    context_map: ContextMap,
    *,
    cache_folder: Path | None = None,
    use_linter: bool = True,
    witnesses: Sequence[Witness] = (),
) -> Reading:
    """Read the source below the map's root and judge every coupling between two contexts.

    Nothing of the project is imported or run, and nothing is written into it; without `cache_folder` nothing
    is written at all. `witnesses` are asked for what the source does not show.
    """
    check_severities(context_map)
    cache = FactCache(cache_folder, context_map.root)
    text = read_texts(context_map)
    key = _verdict_key(text, context_map)
    answer = cache.verdict(key) if use_linter else b""
    running = linter.start(context_map) if answer is None else None
    try:
        facts = read_facts(text, context_map, cache)
        analysis = Analysis.of(context_map, facts)
        links = [link for find in FINDERS.values() for link in find(analysis)]
        answer = running.answer() if running else answer or b""
    finally:
        if running:
            running.stop()
    verdict = linter.read_verdict(answer) if use_linter else linter.Verdict()
    known = {file_key: said for (_, file_key), (_, said) in zip(text.files, facts.files, strict=True)}
    cache.save(facts=known, verdicts={key: answer} if use_linter and not verdict.problem else None)
    links += _unseen_by_us(links, verdict, analysis)
    testimonies = [witness(links, analysis) for witness in witnesses]
    links += [link for testimony in testimonies for link in testimony.links]
    exceptions = Exceptions.of(facts)
    couplings = [_judged(link, context_map, verdict, exceptions) for link in links]
    invisible = _invisible(analysis, verdict)
    unresolved = analysis.unresolved + Counter({"import": len(invisible)})
    graph = CouplingGraph(
        couplings=tuple(sorted(couplings, key=lambda coupling: coupling.sort_key)),
        unresolved={kind: count for kind, count in unresolved.items() if count},
        notices=(*_notices(facts.problems, verdict, invisible), *(n for t in testimonies for n in t.notices)),
        disagreements=tuple(d for t in testimonies for d in t.disagreements) if witnesses else None,
    )
    return Reading(graph, analysis, exceptions)


def _judged(link: Link, context_map: ContextMap, verdict: linter.Verdict, exceptions: Exceptions) -> Coupling:
    rule = _rule(link, context_map, verdict)
    excused = rule is not None and exceptions.excuses(link.path, link.line, rule.code)
    return Coupling(
        kind=link.kind,
        path=link.path,
        line=link.line,
        column=link.column,
        source_context=link.source_context,
        target_context=link.target_context,
        source=link.source,
        target=link.target,
        allowed=rule is None or excused or severity_of(rule, link.source_context, context_map) != "error",
        rule=rule.code if rule else None,
        evidence=link.evidence,
        detail=link.detail,
    )


def _rule(link: Link, context_map: ContextMap, verdict: linter.Verdict) -> Rule | None:
    """For an import that import-linter saw, its verdict; else ours, which is the same function."""
    importer = link.source.partition(":")[0]
    if link.kind == "import" and verdict.broken is not None and {importer, link.module} <= verdict.modules:
        code = verdict.broken.get((importer, link.module))
        return rule_of(code) if code else None
    return judge(link, context_map)


def _unseen_by_us(links: Iterable[Link], verdict: linter.Verdict, analysis: Analysis) -> list[Link]:
    """Broken imports that import-linter reads and this Python's parser does not: syntax newer than ours."""
    seen = {(link.source.partition(":")[0], link.module) for link in links if link.kind == "import"}
    found = []
    for (importer, imported), lines in (verdict.lines or {}).items():
        entry = analysis.project.modules.get(importer)
        if (importer, imported) in seen or entry is None or not entry[1].problem:
            continue
        context_of = analysis.context_map.context_of_module
        found += [
            Link(
                kind="import",
                path=entry[0].relative,
                line=line,
                column=1,
                source_context=context_of(importer) or "",
                target_context=context_of(imported) or "",
                source=f"{importer}:<module>",
                target=imported,
                module=imported,
            )
            for line in lines
        ]
    return found


def _invisible(analysis: Analysis, verdict: linter.Verdict) -> list[str]:
    """Modules of contexts that import-linter does not see, such as those in folders without `__init__.py`."""
    if verdict.broken is None or verdict.problem:
        return []
    return sorted(file.module for file, _, _ in analysis.owned_files() if file.module not in verdict.modules)


def _notices(problems: list[str], verdict: linter.Verdict, invisible: list[str]) -> list[str]:
    notices = [f"not read as a whole: {problem}" for problem in problems[:_MOST_FILES_NAMED]]
    if len(problems) > _MOST_FILES_NAMED:
        notices.append(f"not read as a whole: {len(problems) - _MOST_FILES_NAMED} more files")
    if verdict.problem:
        notices.append(f"import-linter could not run, imports were judged without it: {verdict.problem}")
    if invisible:
        notices.append(
            f"import-linter does not see {len(invisible)} modules (no __init__.py beside them?), "
            f"the first is {invisible[0]}; they were judged all the same"
        )
    return notices


def _verdict_key(text: SourceText, context_map: ContextMap) -> str:
    digest = blake2b(digest_size=16)
    said = [path.read_text(encoding="utf-8", errors="replace") for path in context_map.files]
    for part in (text.digest, *said, __version__):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()
