"""Find the stored files that no piece of evidence names or named."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from gates.operations.evidence_files import orphans, remove_orphans


class Command(BaseCommand):
    """Print one name a line, and how many there are."""

    help = (
        "Print the files in the storage of evidence that no row of the board or of its history"
        " names and that are older than a day: what a killed upload or a full disk left behind."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--remove", action="store_true", help="delete them")

    def handle(self, *args: Any, **options: Any) -> None:
        names = remove_orphans() if options["remove"] else orphans()
        for name in names:
            self.stdout.write(name)
        state = "removed" if options["remove"] else "found"
        self.stdout.write(f"{len(names)} orphan files {state}")
