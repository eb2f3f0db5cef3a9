"""Write a board to standard output: the same documents as /board.md, /board.json, /board.csv."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gates.snapshot.write import FORMATS, Unavailable

from ._board import add_as_of, board_named


class Command(BaseCommand):
    """The document and nothing else goes to standard output."""

    help = "Write a launch's board to standard output as Markdown, JSON or CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=list(FORMATS), default="md")
        parser.add_argument("--launch", metavar="SLUG", help="not the current launch")
        add_as_of(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        _, write = FORMATS[options["format"]]
        board = board_named(options["launch"], options["as_of"])
        try:
            text = write(board)
        except Unavailable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(text, ending="")
