"""What does `boundaries fix` take, print and return?"""

from __future__ import annotations

import argparse
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from boundaries.cli import DONE, FOUND, Verb, print_json
from boundaries.strangler.codemod.registry import CODES

# More on a screen is read by nobody.
_MOST_SHOWN = 40

if TYPE_CHECKING:
    from boundaries.contexts.map import ContextMap
    from boundaries.strangler.codemod.run import Fix


def _configure(parser: argparse.ArgumentParser) -> None:
    from boundaries.enforcement.cache_option import configure_cache

    parser.add_argument("code", metavar="CODE", type=str.upper, help=f"the rule: {', '.join(CODES)}")
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", type=Path, help="only what these files or folders break"
    )
    parser.add_argument(
        "--context", metavar="CTX", help="only what this context breaks, or others break of it"
    )
    parser.add_argument("--diff", action="store_true", help="show the difference")
    parser.add_argument(
        "--write", action="store_true", help="write the files, and the migration of altered fields"
    )
    parser.add_argument(
        "--with-uses",
        action="store_true",
        help="rewrite foreign keys that are followed, too; the places are listed",
    )
    parser.add_argument("--no-migration", action="store_true", help="leave the migration to `makemigrations`")
    configure_cache(parser)


def _fix(options: argparse.Namespace) -> int:
    from boundaries.contexts.map import load_map
    from boundaries.enforcement.cache_option import cache_folder
    from boundaries.strangler.codemod.run import Chosen, find_fix

    context_map = load_map(options.config)
    if options.context:
        context_map.context(options.context)
    chosen = Chosen(options.code, options.context, tuple(path.resolve() for path in options.paths))
    fix = find_fix(context_map, chosen, cache_folder=cache_folder(options), with_uses=options.with_uses)
    if options.write:
        _write(fix, context_map, with_migration=not options.no_migration)
    if options.format == "json":
        print_json({**fix.as_dict(), "written": options.write, "diff": fix.diff() if options.diff else None})
    else:
        _show(fix, with_diff=options.diff, is_written=options.write)
    return DONE if not fix.by_hand and (options.write or not fix.rewrites) else FOUND


def _write(fix: Fix, context_map: ContextMap, *, with_migration: bool) -> None:
    """Write the files, then the migration; why there is none becomes a note."""
    from boundaries.strangler.codemod.migration import NotWritten, has_pending, write_migrations

    labels = sorted({label for label, _, _ in fix.fields})
    reason = "" if with_migration else "--no-migration was given"
    try:
        if labels and not reason and has_pending(context_map, labels):
            reason = "other changes of these models wait for one too"
        fix.write()
        if labels and not reason:
            fix.migrations = write_migrations(context_map, fix.fields)
    except NotWritten as error:
        reason = str(error)
        if not fix.is_written:
            fix.write()
    if labels and reason:
        fix.notes.append(
            f"No migration is written ({reason}): `manage.py makemigrations {' '.join(labels)}`."
        )


def _show(fix: Fix, *, with_diff: bool, is_written: bool) -> None:
    from boundaries.enforcement.wording import counted

    if with_diff:
        print(fix.diff(), end="")
    for rewrite in fix.rewrites:
        print(f"{rewrite.path}:{rewrite.line}: {rewrite.what}")
    for item in sorted(fix.by_hand, key=attrgetter("is_use", "path", "line"))[:_MOST_SHOWN]:
        print(f"{item.path}:{item.line}: by hand: {item.what}\n      {item.suggestion}")
    if (more := len(fix.by_hand) - _MOST_SHOWN) > 0:
        print(f"... and {more:,} more by hand; --json has them all")
    for path in fix.migrations:
        print(f"{path}: written; it touches constraints alone")
    for note in fix.notes:
        print(note)
    done = "written" if is_written else "nothing is written, --diff shows it, --write does it"
    rewrites, files = counted(len(fix.rewrites), "rewrite"), counted(len(fix.after), "file")
    print(f"{rewrites} in {files}{f' ({done})' if fix.rewrites else ''}; {len(fix.by_hand)} by hand.")


FIX = Verb(
    name="fix",
    help="rewrite what breaks a rule, where that is safe; list the rest",
    configure=_configure,
    run=_fix,
    epilog="Without --write nothing is written. Each rewrite was checked by the lint before it is shown.\n"
    "Exit code 0: nothing is left; 1: something is to be written or done by hand; 2: refused.",
)
