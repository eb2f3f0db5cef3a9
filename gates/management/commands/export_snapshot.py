"""Write a board to standard output."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from gates.management.named_board import named_board
from gates.snapshot.formats import FORMATS


class Command(BaseCommand):
    """The same writers as the pages, so that both say the same."""

    help = "Write the board to standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=sorted(FORMATS), default="md")
        parser.add_argument("--as-of", metavar="ISO-8601", help="a past day or moment")
        parser.add_argument("--launch", metavar="SLUG", help="another launch than the current one")

    def handle(self, *args: Any, **options: Any) -> None:
        board = named_board(options["launch"], options["as_of"])
        self.stdout.write(FORMATS[options["format"]].write(board), ending="")
