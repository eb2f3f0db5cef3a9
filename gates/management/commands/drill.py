"""Run the backup drill: show that a backup can be restored, and is what the board holds."""

import sys
import tempfile
from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from gates.operations.backup import BackupError
from gates.operations.drill import drill


class Command(BaseCommand):
    """Print one line for each step; exit 1 with the cause where one fails.

    Nothing is left behind but the dump, if it was asked for.
    """

    help = (
        "Dump the database and the evidence files, restore them into an empty database, compare"
        " every table and file, and check triggers, closing rule and history there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--keep", metavar="FOLDER", type=Path, help="leave dump and files in this new folder"
        )

        parser.add_argument(
            "--heads",
            metavar="FILE",
            type=Path,
            help="compare the history with the last line of this file, to which `record_head` adds",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = monotonic()
        with tempfile.TemporaryDirectory(prefix="dealix-drill-") as temporary:
            folder: Path = options["keep"] or Path(temporary)
            try:
                kept = options["heads"].read_text().split("\n") if options["heads"] else []
                head = next((line for line in reversed(kept) if line.strip()), "")
                folder.mkdir(parents=True, exist_ok=folder == Path(temporary))
                self._run_drill(folder, head)
            except DatabaseError as error:
                message = " ".join(str(error).split())
                raise CommandError(f"the drill failed: {message}") from error
            except (BackupError, OSError) as error:
                raise CommandError(f"the drill failed: {error}") from error
        self.stdout.write(f"The drill passed in {monotonic() - began:.1f} s.")

    def _run_drill(self, folder: Path, kept_head: str) -> None:
        step, began = "", monotonic()
        try:
            with closing(drill(folder, kept_head)) as steps:
                for step, result in steps:
                    if result:
                        self._print_step(step, "ok", began, result)
                    else:
                        began = monotonic()
                        self._show_current(step)
        except (BackupError, DatabaseError, OSError):
            if step:
                self._print_step(step, "FAILED", began)
            raise

    def _print_step(self, step: str, state: str, began: float, result: str = "") -> None:
        line = f"{step:<10} {state:<6} {monotonic() - began:6.2f} s   {result}"
        self.stdout.write(line.rstrip())

    def _show_current(self, step: str) -> None:
        """Show on a terminal which step is being done."""
        if sys.stderr.isatty():
            self.stderr.write(f"{step} …", style_func=str, ending="\r")
            self.stderr.flush()
