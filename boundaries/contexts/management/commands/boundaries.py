"""`manage.py boundaries VERB ...`: the same as the console script."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from boundaries import cli


class Command(BaseCommand):
    """Hands everything after its own name to the one command line of the kit."""

    help = "Extract bounded contexts from this project: run without a verb for the list."
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        """Bypass Django's option parsing, so that both spellings take the same arguments."""
        sys.exit(cli.main(argv[2:]))

    def add_arguments(self, parser: CommandParser) -> None:
        """Accept any words, for `call_command("boundaries", "route", "payments", ...)`."""
        parser.add_argument("words", nargs="*")

    def handle(self, *_args: Any, words: list[str], **_options: Any) -> None:
        """Run one verb; a refusal becomes a CommandError."""
        code = cli.main(words)
        if code:
            raise CommandError(f"boundaries {' '.join(words)} ended with {code}", returncode=code)
