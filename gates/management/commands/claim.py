"""May we say it? For people and for CI: exit 0 allowed, 1 refused, 2 no such claim."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gates.management.named_board import named_board


class Command(BaseCommand):
    """Prints each verdict with its reasons."""

    help = "Print a claim's verdict and reasons (all claims without SLUG); exit 0, 1 or 2."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", nargs="?", help="the claim; without it, every claim")
        parser.add_argument("--as-of", metavar="ISO-8601", help="a past day or moment")
        parser.add_argument("--launch", metavar="SLUG", help="another launch than the current one")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            board = named_board(options["launch"], options["as_of"])
        except CommandError as error:
            self.stderr.write(str(error))
            sys.exit(2)
        claims = board.claims
        asked = [claim for claim in claims if options["slug"] in {None, claim.slug}]
        if not asked:
            known = ", ".join(claim.slug for claim in claims) or "none"
            self.stderr.write(f"there is no claim {options['slug']!r} (known: {known})")
            sys.exit(2)
        for claim in asked:
            word = "allowed" if claim.verdict.allowed else "refused"
            self.stdout.write(f"{claim.name} ({claim.slug}): {word}")
            for reason in claim.verdict.reasons:
                self.stdout.write(f"  - {reason}")
        if not all(claim.verdict.allowed for claim in asked):
            sys.exit(1)
