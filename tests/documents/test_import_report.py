"""What an import cannot decide is kept and said: no text of a document is lost on the way."""

import os
import sys
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from gates.documents.importer import ImportReport, import_file
from gates.documents.markdown.consistency import find_contradictions
from gates.documents.markdown.reader import read_markdown
from gates.models import Blocker, Claim, Evidence, Gate, Import, Launch, Section
from tests.support import factory
from tests.support.assertions import everything, triggers_lifted
from tests.support.documents import HEAD, SNAPSHOT, TABLE, document, gates, run

pytestmark = pytest.mark.django_db


def brought(path: Path, **options: Any) -> ImportReport:
    return import_file(path, **options)


def test_a_blocked_row_without_any_words_is_open_and_told(tmp_path: Path) -> None:
    report = brought(gates(tmp_path, "| A1 | Keys | 🚫 | TBD |"))

    words = "A1 (line 8): imported as open: blocked, but nothing says by what"
    assert words in report.for_a_person
    assert not Blocker.objects.exists()
    gate = Gate.objects.get()
    assert (gate.progress, gate.notes) == ("open", "TBD")


@pytest.mark.parametrize("text", ["N/A", "TBD", "proof"])
def test_what_proves_nothing_is_kept_and_quoted(tmp_path: Path, text: str) -> None:
    report = brought(gates(tmp_path, f"| A1 | Lights | ✅ | {text} |"))

    assert [f"“{text}” proves nothing" in words for words in report.for_a_person] == [True]
    assert not Evidence.objects.exists()
    gate = Gate.objects.get()
    assert (gate.progress, gate.notes) == ("partial", text)


def test_two_columns_for_one_thing_are_refused_with_their_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = "| # | Gate | Status | الحالة |\n|---|---|---|---|\n| A1 | Lights | 🔴 | ✅ |\n"
    before = everything()

    with pytest.raises(CommandError, match="line 6: two columns for the same thing: “Status”"):
        run(document(tmp_path, HEAD + table), capsys)
    assert everything() == before


@pytest.mark.parametrize("mark", ["✅", "🔴", "🟡"])
def test_a_text_that_says_blocked_contradicts_another_status(mark: str) -> None:
    row = f"| A1 | Keys | {mark} | Blocked on spare keys from Huda. |\n"
    paper, _ = read_markdown(HEAD + TABLE + row)

    found = [str(one) for one in find_contradictions(paper) if one.kind == "blocked in words"]

    assert len(found) == 1
    assert "Blocked on spare keys" in found[0]


@pytest.mark.parametrize("label", ["DoD: ", "**DoD:** ", "Definition of done: "])
def test_a_label_in_its_own_column_is_no_part_of_the_text(tmp_path: Path, label: str) -> None:
    table = "| # | Gate | Status | DoD |\n|---|---|---|---|\n"

    brought(document(tmp_path, f"{HEAD}{table}| A1 | Lights | 🔴 | {label}seen burning |\n"))

    assert Gate.objects.get().definition_of_done == "seen burning"


def test_a_heading_that_renames_a_section_is_reported(tmp_path: Path) -> None:
    brought(gates(tmp_path, "| A1 | Lights | 🔴 | |"))
    text = (HEAD + TABLE).replace("## Building", "## House") + "| A1 | Lights | 🔴 | |\n"

    report = brought(document(tmp_path, text))

    assert "line 4: the heading renames the section 'Building' to 'House'" in report.for_a_person
    assert Section.objects.get().name == "House"


def test_a_dry_run_says_every_field_of_a_new_gate_and_claim(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = '**Rule:** no "open" claim until **≥3/4** gates closed.\n'
    path = document(tmp_path, HEAD + rule + TABLE + "| A1 | Lights | 🔴 | DoD: seen burning |\n")

    out = run(path, capsys, dry_run=True)

    for line in (
        "+ gate A1\n",
        "    title: — → Lights\n",
        "    definition_of_done: — → seen burning\n",
        "+ claim open\n",
        "    min_closed: — → 3\n",
    ):
        assert line in out
    assert not Gate.objects.exists()


def test_a_summary_without_bold_labels_is_read(tmp_path: Path) -> None:
    summary = "\n## Summary\n- Closed: 1/2\n- Open: 77\n"
    paper, _ = read_markdown(HEAD + TABLE + "| A1 | Lights | 🔴 | |\n" + summary)

    assert [(count.label, count.number) for count in paper.counts] == [("Closed", 1), ("Open", 77)]
    assert paper.skipped == []


@pytest.mark.parametrize(
    "rule",
    [
        "**Rule:** no “launched” claim until at least 5 gates closed.",
        "No: no “launched” claim until at least 5 gates closed.",
    ],
)
def test_a_rule_without_a_total_is_a_claim(tmp_path: Path, rule: str) -> None:
    brought(document(tmp_path, f"{HEAD}{rule}\n\n{TABLE}| A1 | Lights | 🔴 | |\n"))

    assert Claim.objects.values_list("slug", "min_closed").get() == ("launched", 5)


def test_skipped_lines_with_a_number_are_listed_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "\n## Remarks\nNothing.\nWe think that 12 gates are enough.\n"
    path = document(tmp_path, HEAD + TABLE + "| A1 | Lights | 🔴 | |\n" + text)

    assert "line 12: We think that 12 gates are enough." in run(path, capsys, dry_run=True)


def test_a_renamed_launch_is_not_imported_beside_itself(capsys: pytest.CaptureFixture[str]) -> None:
    run(SNAPSHOT, capsys)
    launch = Launch.objects.get()
    launch.slug = "v3"
    launch.save()
    before = everything()

    with pytest.raises(CommandError, match="is on the board as v3: say --launch v3"):
        run(SNAPSHOT, capsys)
    assert everything() == before
    assert "nothing differs" in run(SNAPSHOT, capsys, launch="v3")


def test_a_slug_that_another_launch_once_had_does_not_keep_a_date_out(tmp_path: Path) -> None:
    other = factory.launch("opening", name="Another")
    other.slug = "another"
    other.save()

    brought(gates(tmp_path, "| A1 | Lights | 🔴 | |"), dated=date(2026, 5, 1))

    assert Launch.objects.get(slug="opening").name == "Opening"


def test_a_refused_launch_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (HEAD + TABLE).replace("2026-05-01", "1026-05-01") + "| A1 | Lights | ✅ | Seen on |\n"

    with pytest.raises(CommandError) as refused:
        run(document(tmp_path, text), capsys)

    assert "year must be between" in str(refused.value)
    assert "refused itself" not in str(refused.value)
    assert len(str(refused.value).splitlines()) <= 3  # the file, the snapshot date, the plan
    assert not Launch.objects.exists()


def test_a_reader_that_stops_reading_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    with os.fdopen(writing, "w") as nobody_reads:
        monkeypatch.setattr(sys, "stdout", nobody_reads)
        call_command("import_snapshot", str(SNAPSHOT))

    assert Gate.objects.exists()


def test_imports_from_before_they_were_noted_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    run(SNAPSHOT, capsys)
    noted = Import.objects.get()
    with triggers_lifted():
        Import.objects.all().delete()

    import_module("gates.migrations.0006_imports").name_the_imports(apps, None)

    found = Import.objects.get()
    assert (found.document, found.sha256) == (noted.document, noted.sha256)
    assert found.at <= noted.at
