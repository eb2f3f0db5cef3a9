"""Write a board to standard output: the same documents as /board.md, /board.json, /board.csv."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from accounts import security_log
from gates.documents.export import FORMATS

from ._options import add_as_of_option, add_language_option, requested_board_or_error


class Command(BaseCommand):
    """Write only the document to standard output."""

    help = "Write a launch's board to standard output as Markdown, JSON or CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=list(FORMATS), default="md")
        parser.add_argument("--launch", metavar="SLUG", help="default: the current launch")
        add_as_of_option(parser)
        add_language_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        board = requested_board_or_error(options["launch"], options["as_of"])
        security_log.log_event(
            "export", launch=board.launch.slug, format=options["format"], as_of=options["as_of"]
        )
        with translation.override(options["language"]):
            document = FORMATS[options["format"]].write(board)
        self.stdout.write(document, ending="")
