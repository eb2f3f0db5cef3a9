"""Import a document into the board."""

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from gates.documents.importer import SUFFIXES, ImportReport, import_file
from gates.documents.markdown.columns import column_name, meaning_of
from gates.documents.markdown.reader import ReadingOptions
from gates.documents.markdown.vocabulary import parse_status
from gates.documents.progress import no_progress
from gates.documents.records import DocumentError
from gates.documents.storable import unstorable_text


def printable(text: str) -> str:
    """Return a document's text with control characters escaped: they could steer a terminal."""
    return "".join(
        char if char.isprintable() or char == "\n" else repr(char)[1:-1] for char in text
    )


@contextmanager
def suppress_broken_pipe() -> Iterator[None]:
    """Let a reader such as `head` stop reading: the import is done, only its report is cut."""
    try:
        yield
    except BrokenPipeError:
        # Python flushes stdout at exit; into /dev/null this cannot fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Command(BaseCommand):
    """Import a launch document in one transaction, with history; print the differences."""

    help = (
        "Import a launch document (.md, or a .json fixture). Prints the differences and every "
        "contradiction in the document. All or nothing; rows that it lacks are never removed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("file", type=Path)
        add("--launch", metavar="SLUG", default="", help="import under this launch's slug")
        add("--dry-run", action="store_true", help="print what would change, write nothing")
        add("--by", metavar="USERNAME", help="whose import this is, for the history")
        add("--empty-status", metavar="STATUS", help="what an empty status cell means (.md)")
        add("--dated", metavar="DATE", help="write the history under this day (YYYY-MM-DD)")
        add("--older", action="store_true", help="reopen gates that were closed after the document")
        add(
            "--same-gate",
            metavar="CODE",
            action="append",
            default=[],
            help="this gate is the same although its title, section or counting changed",
        )
        add(
            "--column",
            metavar="NAME=MEANING",
            action="append",
            default=[],
            help="what a column means, such as Item=Gate (.md, .csv)",
        )
        add(
            "--status",
            metavar="WORD=STATUS",
            action="append",
            default=[],
            help="what a word of a status column means: closed, partial, open or blocked",
        )
        add("--format", choices=("text", "json"), default="text", help="for people or programs")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        for name in ("file", "launch", "by", "empty_status", "dated"):
            if message := unstorable_text(str(options[name] or "")):
                shown = "the file's name" if name == "file" else f"--{name.replace('_', '-')}"
                raise CommandError(f"{shown} {message}; nothing was written")
        if path.suffix.lower() not in SUFFIXES:
            raise CommandError(f"{path.name}: only {', '.join(SUFFIXES)} can be imported")
        try:
            report = import_file(
                path,
                launch=options["launch"] or "",
                by=self._user(options),
                dry_run=options["dry_run"],
                options=self._reading_options(options),
                dated=self._dated(options),
                older=options["older"],
                same_gates=options["same_gate"],
                on_progress=self._progress if sys.stderr.isatty() else no_progress,
            )
        except DocumentError as error:
            if options["format"] == "json":
                names = ("where", "field", "message")
                problems = [{n: getattr(p, n) for n in names} for p in error.problems]
                self._json({"file": path.name, "refused": problems})
            lines = "\n".join(f"  {printable(str(problem))}" for problem in error.problems)
            raise CommandError(f"{path.name} is refused, nothing was written:\n{lines}") from None
        with suppress_broken_pipe():
            if options["format"] == "json":
                self._json({"file": path.name, "dry_run": options["dry_run"], **asdict(report)})
            else:
                self._text(report, options["dry_run"])
            sys.stdout.flush()

    def _progress(self, done: int, of: int) -> None:
        """Show progress on a terminal; clear it at the end."""
        if done % 50 == 0 or done == of:
            self.stderr.write(
                f"{done:,} of {of:,}" if done < of else " " * 30, style_func=str, ending="\r"
            )
            self.stderr.flush()

    def _user(self, options: dict[str, Any]) -> Any:
        if not options["by"]:
            return None
        user = get_user_model().objects.filter(username=options["by"]).first()
        if user is None:
            raise CommandError(f"there is no account {options['by']!r}")
        if not user.has_perm("gates.change_gate"):
            raise CommandError(f"{options['by']!r} may not change gates, and so may not import")
        return user

    def _empty_status(self, options: dict[str, Any]) -> Any:
        status = parse_status(options["empty_status"] or "")
        if options["empty_status"] and status is None:
            raise CommandError(f"--empty-status: {options['empty_status']!r} is not a status")
        return status

    def _reading_options(self, options: dict[str, Any]) -> ReadingOptions:
        columns, statuses = {}, {}
        for given in options["column"]:
            name, _, meaning = given.rpartition("=")
            known = meaning_of(meaning)
            if not name or known is None:
                raise CommandError(f"--column {given}: NAME=MEANING, such as Item=Gate")
            columns[column_name(name)] = known
        for given in options["status"]:
            word, _, status = given.rpartition("=")
            parsed = parse_status(status)
            if not word or parsed is None:
                raise CommandError(f"--status {given}: WORD=STATUS, such as Shipped=closed")
            statuses[word.casefold()] = parsed[0]
        return ReadingOptions(self._empty_status(options), columns, statuses)

    def _dated(self, options: dict[str, Any]) -> date | None:
        try:
            return date.fromisoformat(options["dated"]) if options["dated"] else None
        except ValueError:
            raise CommandError(f"--dated: {options['dated']!r} is not a date") from None

    def _json(self, document: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))

    def _text(self, report: ImportReport, dry_run: bool) -> None:
        for line in report.unread:
            self.stdout.write(f"{printable(line)}")
        # Lines of one gate stand together; gates are in the order of their first line.
        order = {difference.gate: n for n, difference in reversed([*enumerate(report.differences)])}
        for difference in sorted(report.differences, key=lambda difference: order[difference.gate]):
            self.stdout.write(printable(str(difference)))
        skipped = [
            f"line {part.line}, “{part.heading}”: {part.lines} lines, beginning “{part.sample}”"
            + "".join(f"\n{line}" for line in part.numbers)
            for part in report.skipped
        ]
        self._list("Read as follows", report.readings)
        self._list("On the board but not in the document; it stays", report.not_in_document)
        self._list("For a person to decide", report.for_a_person)
        self._list("Contradictions in the document", [str(c) for c in report.contradictions])
        self._list("Skipped, because it means nothing to us", skipped)
        count = len(report.differences)
        done = "would change" if dry_run else "changed"
        unread = f"; {len(report.unread)} tables of statuses not read" if report.unread else ""
        self.stdout.write(
            f"{report.name}: {count} {done}{unread}"
            if count
            else f"{report.name}: nothing differs{unread}"
        )

    def _list(self, title: str, lines: list[str]) -> None:
        if lines:
            self.stdout.write(f"\n{title} ({len(lines)}):")
            for number, line in enumerate(lines, start=1):
                indented = printable(line).replace("\n", "\n     ")
                self.stdout.write(f"  {number}. {indented}")
            self.stdout.write("")
