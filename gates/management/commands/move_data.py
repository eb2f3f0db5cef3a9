"""Copy the board to another database, of either engine."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from gates.operations.copy_database import CopyRefused, copy_database


class Command(BaseCommand):
    """Copy all rows or none, and compare. The source is only read."""

    help = (
        "Copy everything, history and accounts included, from the database of DATABASE_URL into an"
        " empty, migrated one (SQLite or PostgreSQL), and compare. All or nothing. Stop the board"
        " first: rows written meanwhile are not in the copy."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "target",
            metavar="TARGET_URL",
            help="as in DATABASE_URL; others on this machine can read it while the command runs, so"
            " leave a password to PGPASSWORD or ~/.pgpass",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            checksums = copy_database(options["target"], self._show_progress)
        except (CopyRefused, DatabaseError) as error:
            raise CommandError(f"nothing was moved: {error}".strip()) from error
        rows = sum(count for count, _ in checksums.values())
        self.stdout.write(
            f"Moved {rows:,} rows of {len(checksums)} tables; counts, checksums, triggers and"
            " history are equal. Now set DATABASE_URL to the target."
        )

    def _show_progress(self, table: str) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"{table} …\033[K", style_func=str, ending="\r")
            self.stderr.flush()
