"""No cell of a gate's row is lost: each is found again on the board or in the report."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gates.documents.importer import ImportReport, import_file
from gates.documents.records import DocumentError
from gates.models import TRACKED

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

NAMES = (
    "Evidence", "Notes", "DoD", "Priority", "Owner", "Covered by", "Blocker", "Waiting on", "Why",
    "Raised", "Due", "Link", "Commit", "Observed", "Valid until", "Output", "Action", "ETA",
    "Needs", "Verified by", "Receipt", "Kind", "Closing note", "Closed at", "Not counted because",
    "Colour", "المالك", "Team", "Result",
)  # fmt: skip
word = st.text("abcdefghijklmnopqrstuvwxyzمنى", min_size=4, max_size=9)
cells = st.one_of(
    st.lists(word, min_size=1, max_size=4).map(" ".join),
    word.map(str.capitalize),
    st.dates().filter(lambda day: 2000 < day.year < 2099).map(str),
    st.text("abcxyz", min_size=4, max_size=9).map(lambda w: f"https://{w}.example"),
    word.map(lambda w: f"`{w}`"),
    word.map(lambda w: f"Blocked on {w} from {w.capitalize()}"),
)  # fmt: skip


@st.composite
def tables(draw: Any) -> tuple[str, list[str]]:
    """A document with one gate table, and the texts of its cells."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1, max_size=7))
    rows, texts = [], []
    for number in range(draw(st.integers(1, 4))):
        status = draw(st.sampled_from(["✅", "🟡", "🔴", "🚫", "Done", "WIP", "✅ ran on day 3"]))
        row = [draw(st.one_of(st.just(""), cells)) for _ in names]
        texts += [cell for cell in row if cell]
        rows.append(f"| A{number + 1} | gate {number} | {status} | {' | '.join(row)} |")
    header = f"| # | Gate | Status | {' | '.join(names)} |\n|{'---|' * (len(names) + 3)}\n"
    return f"# Kite\n\n## All\n\n{header}" + "\n".join(rows) + "\n", texts


def on_the_board(report: ImportReport) -> str:
    """Everything that the board and the report say, as one text."""
    values = [
        str(value) for model in TRACKED for row in model.objects.values() for value in row.values()
    ]
    told = [*report.readings, *report.for_a_person, *map(str, report.contradictions)]
    return "\n".join([*values, *told])


@given(table=tables())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_cell_is_found_again(tmp_path_factory: Any, table: tuple[str, list[str]]) -> None:
    text, texts = table
    path = Path(tmp_path_factory.mktemp("cells")) / "kite.md"
    path.write_text(text)

    with transaction.atomic():
        try:
            found = on_the_board(import_file(path)).casefold()
        except DocumentError:
            found = ""  # refused with its line: nothing is lost in silence
        transaction.set_rollback(True)

    for cell in texts if found else []:
        for part in cell.strip("`").casefold().removeprefix("blocked on ").split(" from "):
            assert part in found, cell
