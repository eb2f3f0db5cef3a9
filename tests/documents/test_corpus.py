"""Documents that could be imported go on to be imported in the same way.

`data/corpus.txt` has what each of them becomes. Where a change is wanted, delete the file, run this
test once, and look at the difference.
"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from gates.documents.importer import import_file
from gates.documents.markdown.reader import ReadingOptions
from gates.models import TRACKED
from gates.rules import Progress, Status
from tests.support.documents import AS_RECEIVED, CASES, DATA, REAL

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

GOLDEN = DATA / "corpus.txt"
DOCUMENTS = [REAL, AS_RECEIVED, *sorted([*CASES.glob("*.md"), *CASES.glob("*.csv")])]
# Numbers of rows and moments of writing belong to one database.
OF_ONE_DATABASE = {"id", "version", "recorded_at", "is_current", "launch", "position"}
TODAY = date(2026, 11, 25)


def written(path: Path) -> list[str]:
    """The rows that an import into an empty database writes, one a line."""
    empty = (Status.CLOSED, Progress.CLOSED) if path == AS_RECEIVED else None
    options = ReadingOptions(empty_status=empty, today=TODAY)
    launch = "sheet" if path.suffix == ".csv" else ""
    with transaction.atomic():
        import_file(path, launch=launch, options=options, dated=TODAY)
        lines = [line(row) for model in TRACKED for row in model.objects.order_by("pk")]
        transaction.set_rollback(True)
    return [f"== {path.name}", *lines]


def line(row: Any) -> str:
    values = [
        f"{field.name}={getattr(row, field.name)}"
        for field in row._meta.concrete_fields
        if field.name not in OF_ONE_DATABASE and getattr(row, field.name) not in ("", None)
    ]
    return f"{row._meta.model_name}: {'; '.join(values)}".replace("\n", " / ")


def test_the_documents_become_the_same_rows() -> None:
    rows = "\n".join(line for path in DOCUMENTS for line in written(path)) + "\n"
    if not GOLDEN.exists():
        GOLDEN.write_text(rows)

    assert rows.split("\n") == GOLDEN.read_text().split("\n")
