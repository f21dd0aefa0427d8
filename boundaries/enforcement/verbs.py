"""Which words does checking add to the command line?"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from boundaries.cli import DONE, FOUND, Verb, print_json
from boundaries.contexts.map import load_map
from boundaries.enforcement.cache_option import cache_folder, configure_cache
from boundaries.enforcement.check import baselined_graph, run_check
from boundaries.enforcement.coupling import KINDS, Coupling
from boundaries.enforcement.door.verb import FACADE
from boundaries.enforcement.evidence import configure_evidence, witnesses_of
from boundaries.enforcement.later import later
from boundaries.enforcement.picture import formats
from boundaries.enforcement.reports import FORMATS, disagreement
from boundaries.enforcement.rules import rule_of
from boundaries.enforcement.suggest.verb import SUGGEST
from boundaries.enforcement.wording import counted
from boundaries.errors import BoundaryError


class OutputUnwritable(BoundaryError):
    """Raised when `--output` names a file that cannot be written."""

    code = "BD298"
    problem = "{path} cannot be written: {reason}."
    remedy = "Name a file in a folder that exists and that you may write to."


def run_init(options: argparse.Namespace) -> int:
    """Propose a map, and write it if asked to."""
    from boundaries.enforcement.proposal import propose, write_proposal

    folder = options.config.parent if options.config else Path.cwd()
    proposal = propose(folder, cache_folder=cache_folder(options))
    written = write_proposal(proposal, file=options.config) if options.write else None
    if options.format == "json":
        print_json({**proposal.as_dict(), "written": written})
        return DONE
    for remark in proposal.remarks:
        print(f"# {remark}")
    if written:
        print(f"Written: {written}. Next: `boundaries check`, then `boundaries map`.")
    else:
        print(f"\n{proposal.as_toml()}\n# `boundaries init --write` writes this.")
    return DONE


def run_check_verb(options: argparse.Namespace) -> int:
    """Check the project against its map."""
    context_map = load_map(options.config)
    result = run_check(
        context_map,
        witnesses=witnesses_of(options, context_map),
        cache_folder=cache_folder(options),
        fails_on_stale=options.ci or _is_ci(),
        update_baseline=options.update_baseline,
        accept_new=options.accept_new,
    )
    if report := FORMATS[options.format](result):
        print(report)
    if options.format not in {"text", "json"}:
        # For the log of the job: what was printed is for a machine.
        print(FORMATS["text"](result), file=sys.stderr)
    return DONE if result.is_clean else FOUND


def run_couplings(options: argparse.Namespace) -> int:
    """List every coupling between two contexts."""
    context_map = load_map(options.config)
    for name in filter(None, (options.source, options.target)):
        context_map.context(name)
    if options.rule:
        rule_of(options.rule)
    witnesses = witnesses_of(options, context_map)
    graph = baselined_graph(context_map, cache_folder=cache_folder(options), witnesses=witnesses)
    chosen = [c for c in graph.couplings if _is_chosen(c, options)]
    if options.format == "json":
        print_json(graph.as_dict(chosen))
        return DONE
    for coupling in chosen:
        verdict = "allowed" if coupling.allowed else "baselined" if coupling.baselined else "violation"
        code = f" {coupling.rule}" if coupling.rule else ""
        pair = f"{coupling.source_context} -> {coupling.target_context}"
        print(f"{coupling.path}:{coupling.line}: {coupling.kind} {pair} {coupling.target} [{verdict}{code}]")
    print(counted(len(chosen), "coupling"))
    for line in disagreement.render(graph.disagreements):
        print(line)
    return DONE


def run_map(options: argparse.Namespace) -> int:
    """Draw the contexts and what couples them, or compile the map."""
    context_map = load_map(options.config)
    if options.compile:
        from boundaries.contexts.compiled import compile_map

        _emit(compile_map(context_map).rstrip("\n"), options.output)
        return DONE
    if options.services:
        from boundaries.enforcement.landscape.deployable import read_landscape
        from boundaries.enforcement.landscape.overview import draw as draw_landscape

        chosen = formats.format_for(options.output, chosen=options.format)
        _emit(draw_landscape(read_landscape(context_map), chosen=chosen), options.output)
        return DONE
    from boundaries.enforcement.overview import look_over

    witnesses = witnesses_of(options, context_map)
    overview = look_over(context_map, cache_folder=cache_folder(options), witnesses=witnesses)
    chosen = formats.format_for(options.output, chosen=options.format)
    _emit(formats.draw(overview, chosen=chosen), options.output)
    return DONE


def run_schema(options: argparse.Namespace) -> int:  # noqa: ARG001
    """Print what the JSON of every verb looks like."""
    from boundaries.enforcement.reports.as_json import output_schema

    print(output_schema())
    return DONE


def _configure_init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--write", action="store_true", help="write the map into pyproject.toml or boundaries.toml"
    )
    configure_cache(parser)


def _configure_check(parser: argparse.ArgumentParser) -> None:
    if os.environ.get("GITHUB_ACTIONS") == "true":
        parser.set_defaults(format="github")
    parser.add_argument(
        "--ci", action="store_true", help="stale baseline entries fail; implied when CI is set"
    )
    parser.add_argument(
        "--update-baseline", action="store_true", help="forget accepted violations that are gone"
    )
    parser.add_argument(
        "--accept-new",
        metavar="REASON",
        nargs="?",
        const="",
        help="accept what is found now; the reason is kept",
    )
    configure_evidence(parser)
    configure_cache(parser)


def _configure_couplings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="source", metavar="CTX", help="only those of this context")
    parser.add_argument("--to", dest="target", metavar="CTX", help="only those that point at this context")
    parser.add_argument("--kind", choices=KINDS, action="append", help="only this kind; may be repeated")
    parser.add_argument("--rule", metavar="CODE", type=str.upper, help="only those that break this rule")
    configure_evidence(parser)
    configure_cache(parser)


def _configure_map(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="write there instead of printing; without --format, the ending says in which",
    )
    parser.add_argument(
        "--compile", action="store_true", help="one boundaries.toml to ship with images and wheels"
    )
    parser.add_argument(
        "--services", action="store_true", help="the deployables instead: who calls whom, in which version"
    )
    configure_evidence(parser)
    configure_cache(parser)


def _is_chosen(coupling: Coupling, options: argparse.Namespace) -> bool:
    return (
        options.source in {None, coupling.source_context}
        and options.target in {None, coupling.target_context}
        and (not options.kind or coupling.kind in options.kind)
        and options.rule in {None, coupling.rule}
    )


def _emit(text: str, output: Path | None) -> None:
    if output is None:
        print(text)
    else:
        try:
            output.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise OutputUnwritable(path=str(output), reason=error.strerror or str(error)) from None


def _is_ci() -> bool:
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}


VERBS = [
    Verb("init", "Propose a context map: one open context per Django app.", run_init, _configure_init),
    Verb(
        "check",
        "Check that contexts only meet at their doors.",
        run_check_verb,
        _configure_check,
        formats=tuple(FORMATS),
    ),
    Verb(
        "couplings",
        "List every coupling between two contexts, allowed or not.",
        run_couplings,
        _configure_couplings,
    ),
    Verb(
        "map",
        "Draw the contexts and what couples them.",
        run_map,
        _configure_map,
        formats=formats.FORMATS,
    ),
    SUGGEST,
    FACADE,
    Verb(
        "owners",
        "Compare the owners of the map with CODEOWNERS, or write them there.",
        later("boundaries.enforcement.owners:run_owners"),
        later("boundaries.enforcement.owners:configure_owners"),
        formats=("text", "json", "codeowners"),
    ),
    Verb(
        "explain",
        "Say why a rule blocks an extraction and how to fix it.",
        later("boundaries.enforcement.explanation:run_explain"),
        later("boundaries.enforcement.explanation:configure_explain"),
        formats=("text", "json", "markdown"),
    ),
    Verb(
        "schema",
        "Print the JSON Schema of what --json prints, for all verbs of the lint.",
        run_schema,
        formats=(),
    ),
]
