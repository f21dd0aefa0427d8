"""How does a verb get from the command line to its room?

`boundaries VERB ...` and `manage.py boundaries VERB ...` are the same. Each room contributes a module `verbs.py`
with a list `VERBS`; this module finds them by name, so that it imports no room and no room imports another for it.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import importlib
import importlib.util
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from boundaries.errors import BoundaryError

ROOMS = ("contexts", "enforcement", "facades", "messaging", "strangler", "watch")

DONE, FOUND, REFUSED = 0, 1, 2


class SettingsUnusable(BoundaryError):
    """Raised when a verb needs Django and the project's settings cannot be loaded."""

    code = "BD112"
    problem = "The Django settings ({module}) cannot be loaded: {reason}"
    remedy = "Set what they ask for, and `settings` in the context map or DJANGO_SETTINGS_MODULE."


class FileUnusable(BoundaryError):
    """Raised when the file system refuses a file that a verb must read or write."""

    code = "BD114"
    problem = "{path}: {reason}."
    remedy = "Look at the path, its permissions and the space on its disk."


@dataclass(frozen=True, slots=True)
class Verb:
    """One word of the command line.

    `run` receives the parsed arguments and returns the exit code: 0 done, 1 found something, 2 refused.
    `configure` adds the verb's own arguments; `--config` and `--format` are there already, unless `formats` is empty.
    With `needs_django`, settings are loaded and apps are ready before `run` is called; `prepare` is called before that.
    It may be a question about the arguments, for a verb of which one part works without.
    """

    name: str
    help: str
    run: Callable[[argparse.Namespace], int]
    configure: Callable[[argparse.ArgumentParser], None] = lambda parser: None
    formats: tuple[str, ...] = ("text", "json")
    needs_django: bool | Callable[[argparse.Namespace], bool] = False
    epilog: str = ""
    prepare: Callable[[argparse.Namespace], None] = lambda options: None


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code; a refusal is printed as one line, never as a traceback."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _accept_any_character()
    # Looking for garbage through all that was loaded or read, only to end, would take a fifth of a second.
    atexit.register(gc.freeze)
    chosen = arguments[0] if arguments else None
    options = build_parser(collect_verbs(up_to=chosen), chosen=chosen).parse_args(arguments)
    verb: Verb = options.verb_object
    try:
        verb.prepare(options)
        if verb.needs_django(options) if callable(verb.needs_django) else verb.needs_django:
            _start_django(options)
        return verb.run(options)
    except BoundaryError as error:
        return _refuse(error, options)
    except BrokenPipeError:
        # The reader (head, less) went away: not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        if error.filename is None:
            raise
        reason = error.strerror or type(error).__name__
        return _refuse(FileUnusable(path=str(error.filename), reason=reason), options)
    except KeyboardInterrupt:
        print("Interrupted. Run the same command again to go on.", file=sys.stderr)
        return 130


def collect_verbs(*, up_to: str | None = None) -> list[Verb]:
    """The verbs of every room whose optional dependencies are installed, in reading order.

    Rooms to the right of the one that has the verb `up_to` are not imported: a check wants none of them.
    """
    verbs: list[Verb] = []
    for room in ROOMS:
        name = f"boundaries.{room}.verbs"
        if importlib.util.find_spec(f"boundaries.{room}") and importlib.util.find_spec(name):
            verbs += importlib.import_module(name).VERBS
        if any(verb.name == up_to for verb in verbs):
            break
    return verbs


def build_parser(verbs: Sequence[Verb], *, chosen: str | None) -> argparse.ArgumentParser:
    """One parser for all verbs; only the `chosen` one is given its arguments."""
    parser = argparse.ArgumentParser(
        prog="boundaries",
        description="Extract bounded contexts from a Django monolith: declare, check, call, tell, move, watch.",
    )
    subparsers = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    for verb in verbs:
        sub = subparsers.add_parser(
            verb.name,
            help=verb.help,
            description=verb.help,
            epilog=verb.epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.set_defaults(verb_object=verb)
        if verb.name == chosen:
            _configure(sub, verb)
    return parser


def print_json(value: object) -> None:
    """Print one JSON object and nothing else."""
    print(json.dumps(value, indent=2, default=str))


def _configure(parser: argparse.ArgumentParser, verb: Verb) -> None:
    parser.add_argument(
        "--config", metavar="FILE", type=Path, help="the context map (default: the nearest one upwards)"
    )
    if verb.formats:
        parser.add_argument(
            "--format", choices=verb.formats, default=verb.formats[0], help="default: %(default)s"
        )
    if "json" in verb.formats:
        parser.add_argument(
            "--json", action="store_const", const="json", dest="format", help="the same as --format json"
        )
    verb.configure(parser)


def _start_django(options: argparse.Namespace) -> None:
    """Set the settings module from the context map, unless a project is already running, and load the apps."""
    import django
    from django.apps import apps
    from django.core.exceptions import ImproperlyConfigured

    if apps.ready:
        return
    maps = importlib.import_module("boundaries.contexts.map")
    context_map = maps.load_map(options.config)
    if context_map.settings and "DJANGO_SETTINGS_MODULE" not in os.environ:
        os.environ["DJANGO_SETTINGS_MODULE"] = context_map.settings
    root = str(context_map.root)
    if root not in sys.path:
        sys.path.insert(0, root)
    try:
        django.setup()
    except (ImproperlyConfigured, ImportError, KeyError) as error:
        module = os.environ.get("DJANGO_SETTINGS_MODULE", "none named")
        raise SettingsUnusable(module=module, reason=f"{type(error).__name__}: {error}") from error


def _accept_any_character() -> None:
    """Paths and names of the checked project may hold characters that the output's encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _refuse(error: BoundaryError, options: argparse.Namespace) -> int:
    if getattr(options, "format", "text") == "json":
        print_json({"schema": 1, "error": error.as_dict()})
    else:
        print(error.render(), file=sys.stderr)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
