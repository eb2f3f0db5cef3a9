"""A code that names another gate than before is put before a person and closes nothing."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gates.documents.importer import ImportReport, import_file
from gates.documents.titles import is_same_title
from gates.models import Evidence, Gate, Import, Launch
from tests.support import factory
from tests.support.assertions import everything

pytestmark = pytest.mark.django_db

CASES = Path(__file__).parent / "cases"
TABLE = "| # | Gate | Status | Evidence |\n|---|---|---|---|\n"
HEAD = "# Kite launch\n\n**Snapshot date:** {day}\n\n## Safety\n\n"


def imported(tmp_path: Path, *rows: str, day: str = "2026-05-01", **options: Any) -> ImportReport:
    path = tmp_path / "document.md"
    path.write_text(HEAD.format(day=day) + TABLE + "".join(f"{row}\n" for row in rows))
    return import_file(path, **options)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("Keys rotated", "keys  rotated.", True),
        ("Keys rotated", "**Keys rotated**", True),
        ("Postgres restore", "Postgress restore", True),
        ("k6 load test", "k6 load-test", True),
        ("Keys rotated", "Keys not rotated", False),
        ("First customer has paid", "Second customer has paid", False),
        ("Scenario 2 run", "Scenario 3 run", False),
        ("تدوير المفاتيح", "تدوير المفاتيح.", True),
        ("تدوير المفاتيح", "اختبار الاختراق", False),
    ],
)
def test_small_edits_leave_a_title_the_same(old: str, new: str, same: bool) -> None:
    assert is_same_title(old, new) is same


def test_a_code_used_for_another_gate_allows_no_claim() -> None:
    import_file(CASES / "s03a_code_before.md")

    report = import_file(CASES / "s03b_code_after.md")

    told = "\n".join(report.for_a_person)
    assert "G1 was “First customer has paid” and is now “Opt-out line in every mail”" in told
    assert "claim paying-customer asks for G1" in told
    gate = Gate.objects.get()
    assert (gate.title, gate.progress) == ("First customer has paid", "open")
    assert not Evidence.objects.filter(summary__contains="template").exists()
    with pytest.raises(SystemExit):
        call_command("claim", "paying-customer")


def test_a_person_says_that_it_is_the_same_gate() -> None:
    import_file(CASES / "s03a_code_before.md")

    report = import_file(CASES / "s03b_code_after.md", same_gates=["G1"])

    assert Gate.objects.get().progress == "closed"
    assert not any("G1 was" in sentence for sentence in report.for_a_person)


def test_a_gate_that_moved_or_is_counted_otherwise_is_held_too(tmp_path: Path) -> None:
    imported(tmp_path, "| S1 | Keys | 🔴 | |", "| S2 | Logs | 🔴 | |")
    apart = "\n| Gate | Not counted because |\n|---|---|\n| S1 | Commercial |\n"

    moved = imported(tmp_path, "| S2 | Logs | ✅ | run 7 |", "\n## Other {O}\n", TABLE + "| S1 | "
                     "Keys | ✅ | run 8 |")  # fmt: skip
    counted = imported(tmp_path, "| S1 | Keys | ✅ | run 8 |", apart)

    assert any("S1 was in the section S Safety and is now in O" in s for s in moved.for_a_person)
    assert any("S1 was counted and is now not counted" in s for s in counted.for_a_person)
    assert dict(Gate.objects.values_list("code", "progress")) == {"S1": "open", "S2": "closed"}
    assert Gate.objects.get(code="S1").counted


def test_an_older_document_reopens_only_if_told(tmp_path: Path) -> None:
    imported(tmp_path, "| S1 | Keys | ✅ | run 7 |", day="2026-05-01")
    before = everything()

    with pytest.raises(Exception, match="would reopen a gate that was closed on 2026-05-01"):
        imported(tmp_path, "| S1 | Keys | 🔴 | |", day="2026-04-01")

    assert everything() == before
    imported(tmp_path, "| S1 | Keys | 🔴 | |", day="2026-04-01", older=True)
    assert Gate.objects.get().progress == "open"


def test_a_back_dated_closing_is_judged_by_its_own_day(tmp_path: Path) -> None:
    table = "\n| Gate | Kind | Evidence | Valid until |\n|---|---|---|---|\n"
    proof = f"{table}| S1 | statement | run 7 | 2026-06-01 |\n"

    imported(tmp_path, "| S1 | Keys | ✅ | |", proof, dated=date(2026, 5, 1))

    assert Gate.objects.get().progress == "closed"
    assert Gate.history.get().history_date == datetime(2026, 4, 30, 21, tzinfo=UTC)


def test_a_new_gate_is_told_once(tmp_path: Path) -> None:
    rows = ["| S1 | Keys | ✅ | run 7 |", "| S2 | Logs | 🔴 | |", "| S3 | Mail | 🔴 | |"]
    cover = "\n| Gate | Covered by |\n|---|---|\n| S1 | S3 |\n| S2 | S3 |\n"

    imported(tmp_path, *rows, cover)

    assert list(Gate.history.order_by("code").values_list("code", "history_type")) == [
        ("S1", "+"), ("S2", "+"), ("S3", "+"),
    ]  # fmt: skip
    assert Gate.objects.filter(covered_by__code="S3").count() == 2


def test_an_import_reads_only_its_own_launch(tmp_path: Path) -> None:
    factory.gate(code="Z9")

    with CaptureQueriesContext(connection) as queries:
        imported(tmp_path, "| S1 | Keys | ✅ | run 7 |")

    read = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    whole = [sql for sql in read if 'FROM "gates_gate"' in sql and "WHERE" not in sql]
    assert whole == []
    assert Import.objects.get().launch == Launch.objects.get(name="Kite launch")
