"""Print the verdict of a claim, with its reasons; the exit code is the verdict."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Q
from django.utils import translation

from gates.board.rows import ClaimRow
from gates.operations.file_checks import check_files
from gates.reason_text import reason_text
from gates.rules.text import same_as

from ._options import (
    add_as_of_option,
    add_language_option,
    refuse_half_characters,
    requested_board_or_error,
)

ALLOWED, REFUSED, NO_SUCH_CLAIM = 0, 1, 2


class Command(BaseCommand):
    """Exit 0: all allowed. 1: at least one refused. 2: no such claim, launch or past board."""

    help = "Print a claim's verdict; exit 0 allowed, 1 refused, 2 no such claim."
    # CI runs this command; Django's system checks would take longer than the verdict.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", nargs="?", help="such as launched; default: all claims")
        parser.add_argument("--launch", metavar="SLUG", help="default: the current launch")
        add_as_of_option(parser)
        add_language_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_half_characters(options["launch"], NO_SUCH_CLAIM)
        if options["as_of"] is None:
            launch = Q(gate__launch__is_current=True)
            if options["launch"]:
                launch = Q(gate__launch__slug=options["launch"])
            check_files(launch)
        board = requested_board_or_error(
            options["launch"], options["as_of"], exit_code=NO_SUCH_CLAIM
        )
        slug = options["slug"]
        asked = None if slug is None else same_as(slug)
        claims = [claim for claim in board.claims if asked in (None, same_as(claim.slug))]
        if not claims:
            slugs = ", ".join(claim.slug for claim in board.claims)
            problem = f"no claim {slug!r}; its claims: {slugs}" if slugs else "it has no claims"
            self.stderr.write(f"launch {board.launch.slug}: {problem}")
            raise SystemExit(NO_SUCH_CLAIM)
        with translation.override(options["language"]):
            for claim in claims:
                self._print_verdict(claim)
        if not all(claim.verdict.allowed for claim in claims):
            raise SystemExit(REFUSED)

    def _print_verdict(self, claim: ClaimRow) -> None:
        verdict = "allowed" if claim.verdict.allowed else "refused"
        self.stdout.write(f"{claim.slug}: {verdict} ({claim.name})")
        for reason in claim.verdict.reasons:
            self.stdout.write(f"  - {reason_text(reason)}")
