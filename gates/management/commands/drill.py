"""Run the backup drill: show that a backup can be restored, and is what the board holds."""

import json
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
from gates.operations.drill import DrillRecord, drill


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
            "--json",
            action="store_true",
            help="write what was compared as JSON to standard output, and the steps to stderr;"
            " where the restore fails or differs, the report says so and the exit code is 1",
        )
        parser.add_argument(
            "--heads",
            metavar="FILE",
            type=Path,
            help="compare the history with the last line of this file, to which `record_head` adds",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began, record = monotonic(), DrillRecord()
        self._output = self.stderr if options["json"] else self.stdout
        try:
            self._handle(record, options["keep"], options["heads"])
        except CommandError:
            self._write_report(record, options["json"])
            raise
        self._write_report(record, options["json"])
        self._write(f"The drill passed in {monotonic() - began:.1f} s.")

    def _handle(self, record: DrillRecord, keep: Path | None, heads: Path | None) -> None:
        with tempfile.TemporaryDirectory(prefix="dealix-drill-") as temporary:
            folder: Path = keep or Path(temporary)
            try:
                kept = heads.read_text().split("\n") if heads else []
                head = next((line for line in reversed(kept) if line.strip()), "")
                folder.mkdir(parents=True, exist_ok=folder == Path(temporary))
                self._run_drill(folder, record, head)
            except DatabaseError as error:
                message = " ".join(str(error).split())
                raise CommandError(f"the drill failed: {message}") from error
            except (BackupError, OSError) as error:
                raise CommandError(f"the drill failed: {error}") from error

    def _run_drill(self, folder: Path, record: DrillRecord, kept_head: str) -> None:
        step, began = "", monotonic()
        try:
            with closing(drill(folder, record, kept_head)) as steps:
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
        self._write(line.rstrip())

    def _write_report(self, record: DrillRecord, is_asked: bool) -> None:
        report = record.report() if is_asked else None
        if report is not None:
            self.stdout.write(json.dumps(report, indent=1))

    def _write(self, line: str) -> None:
        """Write a line for people: to stderr where stdout is for the report."""
        self._output.write(line, style_func=str)

    def _show_current(self, step: str) -> None:
        """Show on a terminal which step is being done."""
        if sys.stderr.isatty():
            self.stderr.write(f"{step} …", style_func=str, ending="\r")
            self.stderr.flush()
