"""Check that all guards are as expected, no row breaks a rule, and each row is its history's."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from gates.database import triggers
from gates.database.guards import role_note
from gates.operations import integrity
from gates.operations.evidence_files import attached_files
from gates.operations.file_checks import file_errors, verify_files
from gates.operations.record import future_rows


class Command(BaseCommand):
    """Print each error and exit 1, or print one line that starts with "ok"."""

    help = (
        "Check triggers, constraints, rights, the closing rule, that each row equals its newest"
        " history row and each file what was attached; exit 1 and print them if not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--repair-triggers",
            action="store_true",
            help="install the triggers again before checking",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["repair_triggers"]:
            triggers.install(connection)
            self.stdout.write("triggers installed")
        if note := role_note(connection):
            self.stderr.write(f"note: {note}", style_func=str)
        for note in future_rows():
            self.stdout.write(f"note: {note}")
        try:
            files = verify_files(attached_files().items())
        except OSError as problem:
            raise CommandError(f"the evidence files cannot be read: {problem}") from problem
        errors = [*integrity.integrity_errors(), *file_errors(files)]
        for error in errors:
            self.stdout.write(error)
        if errors:
            raise SystemExit(1)
        self.stdout.write(
            "ok: guards as expected, no violation, every row equals its newest history row,"
            " every file is what was attached"
        )
