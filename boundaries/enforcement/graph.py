"""How does source become the coupling graph?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from boundaries.contexts.map import ContextMap
from boundaries.enforcement import linter
from boundaries.enforcement.collector import without_collector
from boundaries.enforcement.coupling import Coupling, CouplingGraph
from boundaries.enforcement.exception import Exceptions
from boundaries.enforcement.key import result_key
from boundaries.enforcement.kinds import FINDERS, Analysis, Link
from boundaries.enforcement.rules import check_severities, judge, rule_of, severity_of
from boundaries.enforcement.rules.rule import Rule
from boundaries.enforcement.source.cache import Cache
from boundaries.enforcement.source.package import Packages
from boundaries.enforcement.source.reader import ProjectFacts, facts_by_key, is_as_read, read_facts
from boundaries.enforcement.source.text import SourceText, read_texts
from boundaries.enforcement.witness import Witness

_MOST_FILES_NAMED = 5
# Under this name import-linter's answer is kept.
_ANSWER = "import-linter"


@dataclass(frozen=True)
class Reading:
    """The graph, with the analysis that it came from and the exceptions that the source grants.

    It is not `is_lasting` when a file changed meanwhile, when something kept import-linter from working, or when
    nothing is to be kept.
    """

    graph: CouplingGraph
    analysis: Analysis
    exceptions: Exceptions
    is_lasting: bool = False


@dataclass(frozen=True)
class Source:
    """What is to be read, the key of all of it, and what is known of it already."""

    text: SourceText
    key: str
    cache: Cache


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
    text = read_texts(context_map)
    source = Source(text, result_key(text.digest, context_map), Cache(cache_folder, context_map.root))
    return read_source_graph(context_map, source, use_linter=use_linter, witnesses=witnesses)


@without_collector()
def read_source_graph(
    context_map: ContextMap, source: Source, *, use_linter: bool, witnesses: Sequence[Witness]
) -> Reading:
    """The same for source whose files are found already."""
    check_severities(context_map)
    cache = source.cache
    answer = cache.result(source.key, _ANSWER) if use_linter else b""
    running = linter.start(context_map) if answer is None else None
    packages = _packages(witnesses, cache)
    try:
        facts = read_facts(source.text, context_map, cache)
        analysis, links = _analysed(context_map, facts)
        if packages is not None:
            analysis, links = _read_on(context_map, facts, packages, links)
        answer = running.answer() if running else answer or b""
    finally:
        if running:
            running.stop()
    verdict = linter.read_verdict(answer) if use_linter else linter.Verdict()
    is_steady = cache.is_kept and is_as_read(source.text, context_map)
    is_lasting = is_steady and not verdict.problem
    if is_steady:
        said = facts_by_key(source.text, facts)
        cache.save_facts({**said, **packages.facts} if packages else said)
    if is_lasting and use_linter:
        cache.save_result(source.key, _ANSWER, answer)
    links += _unseen_by_us(links, verdict, analysis)
    testimonies = [witness.testify(links, analysis) for witness in witnesses]
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
    return Reading(graph, analysis, exceptions, is_lasting)


def _packages(witnesses: Sequence[Witness], cache: Cache) -> Packages | None:
    files = {module: path for witness in witnesses for module, path in witness.packages.items()}
    return Packages(files, cache) if files else None


def _analysed(
    context_map: ContextMap, facts: ProjectFacts, packages: Packages | None = None
) -> tuple[Analysis, list[Link]]:
    analysis = Analysis.of(context_map, facts, packages)
    return analysis, [link for find in FINDERS.values() for link in find(analysis)]


def _read_on(
    context_map: ContextMap, facts: ProjectFacts, packages: Packages, shown: list[Link]
) -> tuple[Analysis, list[Link]]:
    """The same with packages read too. What only they show is the witness's: a check without it shows it not."""
    analysis, links = _analysed(context_map, facts, packages)
    known = set(shown)
    return analysis, [*shown, *(replace(link, evidence="exact") for link in links if link not in known)]


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
        allowed=rule is None or excused or _severity(rule, link, context_map) != "error",
        rule=rule.code if rule else None,
        evidence=link.evidence,
        detail=link.detail,
    )


def _severity(rule: Rule, link: Link, context_map: ContextMap) -> str:
    return severity_of(rule, link.source_context, context_map, target=link.target_context)


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
