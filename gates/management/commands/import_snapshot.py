"""Bring a document onto the board."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from gates.snapshot.apply import apply
from gates.snapshot.document import Document, DocumentRefused
from gates.snapshot.read_json import read_json

# A Markdown reader joins here; all a reader owes is a Document.
READERS = {".json": read_json}


class Command(BaseCommand):
    """Import a launch document in one transaction, with history; prints what differs."""

    help = "Import a launch document (.json fixture); prints what differs. All or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--launch", metavar="SLUG", help="import under this launch's slug")
        parser.add_argument("--dry-run", action="store_true", help="print what would change only")
        parser.add_argument("--by", metavar="USERNAME", help="whose import this is")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        reader = READERS.get(path.suffix.lower())
        if reader is None:
            raise CommandError(f"{path.name}: only {', '.join(READERS)} can be imported")
        try:
            document = reader(path)
            if options["launch"]:
                document.rename_launch(options["launch"])
            differences = apply(document, by=self._user(options), dry_run=options["dry_run"])
        except DocumentRefused as refused:
            lines = "\n".join(f"  {problem}" for problem in refused.problems)
            raise CommandError(f"{path.name} is refused, nothing was written:\n{lines}") from None
        for difference in differences:
            self.stdout.write(str(difference))
        self.stdout.write(self._summary(document, len(differences), options["dry_run"]))

    def _user(self, options: dict[str, Any]) -> Any:
        if not options["by"]:
            return None
        user = get_user_model().objects.filter(username=options["by"]).first()
        if user is None:
            raise CommandError(f"there is no account {options['by']!r}")
        return user

    def _summary(self, document: Document, count: int, dry_run: bool) -> str:
        if not count:
            return f"{document.name}: nothing differs"
        done = "would change" if dry_run else "changed"
        return f"{document.name}: {count} {done}"
