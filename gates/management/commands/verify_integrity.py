"""Check what the board promises: rules in the database, nothing breaks them, all on record."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from gates.database import triggers
from gates.operations import integrity
from gates.operations.record import future_rows


class Command(BaseCommand):
    """Prints every fault found and exits 1, or says that there is none."""

    help = (
        "Check the triggers, the closing rule, and that each row is what its history says;"
        " exit 1 with the rows if not."
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
        for note in future_rows():
            self.stdout.write(f"note: {note}")
        faults = integrity.integrity_errors()
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise SystemExit(1)
        self.stdout.write("ok: triggers present, no violation, every row is what its history says")
