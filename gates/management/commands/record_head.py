"""Print the head of the record, to be kept outside the database."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from gates.operations.record import head_errors, record_head


class Command(BaseCommand):
    """Print the head of the record as one line; with --check, compare one that was kept."""

    help = (
        "Print one line that stands for the whole history up to now. Keep it outside the database:"
        " `--check LINE` says later whether the history still begins with what it stands for."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", metavar="LINE", help="a line that was printed earlier")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"] is not None:
            if errors := head_errors(options["check"]):
                raise CommandError("\n".join(errors))
            self.stdout.write("ok: the history begins with the record that was kept")
            return
        try:
            self.stdout.write(record_head())
        except DatabaseError as error:
            raise CommandError(f"run it as the owner of the tables: {error}".strip()) from error
