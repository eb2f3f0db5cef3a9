"""Write a board to standard output."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gates.board import find_launch, read_board
from gates.snapshot.formats import FORMATS


class Command(BaseCommand):
    """The same writers as the pages, so that both say the same."""

    help = "Write the board to standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=sorted(FORMATS), default="md")
        parser.add_argument("--launch", metavar="SLUG", help="another launch than the current one")

    def handle(self, *args: Any, **options: Any) -> None:
        launch = find_launch(options["launch"])
        if launch is None:
            raise CommandError("there is no such launch")
        board = read_board(launch, timezone.now())
        self.stdout.write(FORMATS[options["format"]].write(board), ending="")
