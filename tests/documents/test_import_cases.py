"""Launch documents as people write them: what each of the given cases becomes on the board."""

from pathlib import Path

import pytest
from django.core.management import call_command

from gates.documents.importer import import_file
from gates.models import Action, Blocker, Claim, Evidence, Gate, Launch, Owner, Section
from tests.support.documents import CASES, imported, progress, proofs

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", sorted(CASES.glob("*.md")), ids=lambda path: path.stem)
def test_a_second_import_of_a_case_changes_nothing(path: Path) -> None:
    if path.stem == "s03b_code_after":
        import_file(CASES / "s03a_code_before.md")
    import_file(path)
    before = list(Gate.objects.values())

    report = import_file(path)

    assert report.differences == []
    assert list(Gate.objects.values()) == before


def test_a_row_without_a_code_gets_one() -> None:
    report = imported("r01")

    assert progress() == {"G2": "open", "S1": "closed"}
    assert "line 7: “Keys rotated” has the code S1" in report.readings
    assert Gate.objects.get(code="G2").title == "Pen test"


def test_codes_with_dashes_are_told_with_those_of_the_board() -> None:
    report = imported("r03")

    assert set(progress()) == {"SEC1", "G1", "SEC2", "LG4"}
    assert "line 7: SEC-01 “Keys rotated” has the code SEC1" in report.readings


def test_words_of_status_are_read_and_reported_once() -> None:
    report = imported("r04")

    assert progress() == {
        "S1": "closed", "S2": "closed", "S3": "open", "S4": "partial", "S5": "open", "S6": "open",
        "S7": "closed", "S8": "open", "S9": "closed",
    }  # fmt: skip
    apart = Gate.objects.get(counted=False)
    assert (apart.code, apart.not_counted_reason) == ("S6", "N/A: no texts are sent")
    assert "“PASS” is taken for closed (S1)" in report.readings


def test_the_text_after_a_status_is_proof_note_or_blocker() -> None:
    report = imported("r05")

    assert proofs() == {"S1": "done 2026-03-01 (run 7)"}
    notes = dict(Gate.objects.values_list("code", "notes"))
    assert notes == {"S1": "", "S2": "not begun", "S3": ""}
    blocker = Blocker.objects.get()
    assert (blocker.gate.code, blocker.needs, blocker.waiting_on) == (
        "S3", "domain not bought", None,
    )  # fmt: skip
    assert not Owner.objects.exists()
    words = "S3 (line 9): nothing says who brings “domain not bought”; nobody is named on the board"
    assert [words in line for line in report.for_a_person] == [True]
    assert report.contradictions == []


def test_boxes_are_gates_and_nested_boxes_their_steps() -> None:
    imported("r06")

    assert dict(Gate.objects.values_list("code", "title")) == {
        "S1": "Keys rotated", "S2": "Pen test", "S3": "Logs kept",
    }  # fmt: skip
    assert (progress()["S1"], proofs()) == ("closed", {"S1": "run 7"})
    assert [(a.gate.code, a.text) for a in Action.objects.all() if a.gate] == [
        ("S2", "vendor chosen")
    ]
    assert Section.objects.get().name == "Safety"


def test_arabic_columns() -> None:
    imported("r07")

    gate = Gate.objects.get()
    assert (gate.title, str(gate.owner)) == ("تدوير المفاتيح", "منى")
    assert gate.definition_of_done == "لا مفتاح أقدم من يوم"
    assert proofs() == {gate.code: "تشغيل 7"}


def test_letters_may_stand_under_two_headings() -> None:
    imported("r09")

    sections = Gate.objects.values_list("code", "section__name")
    assert dict(sections) == {"G1": "Safety", "G2": "Operations"}


def test_other_priorities_are_kept_in_the_notes() -> None:
    report = imported("r10")

    assert dict(Gate.objects.values_list("code", "priority")) == {"S1": "", "S2": "", "S3": "P0"}
    assert Gate.objects.get(code="S1").notes == "Priority: High"
    assert any("column Priority" in line for line in report.readings)


def test_rows_of_groups_are_sections_and_totals_are_compared() -> None:
    report = imported("r11")

    sections = Gate.objects.values_list("code", "section__name")
    assert dict(sections) == {"S1": "Safety", "O1": "Operations"}
    assert report.contradictions == []


def test_front_matter_names_the_launch() -> None:
    report = imported("r13")

    assert Launch.objects.get().name == "Kite launch"
    assert report.skipped[0].numbers == ["line 3: owner: Mona"]


def test_a_document_without_a_name_is_imported_under_a_slug(tmp_path: Path) -> None:
    text = next(CASES.glob("r13_*.md")).read_text().replace("title: Kite launch\n", "")
    (tmp_path / "kite.md").write_text(text)

    import_file(tmp_path / "kite.md", launch="kite")

    assert Launch.objects.get().name == "kite"


def test_a_side_table_may_name_a_gate_by_its_title() -> None:
    imported("r14")

    blocker = Blocker.objects.get()
    assert (blocker.gate.code, blocker.needs) == ("S2", "lawyer is not chosen")
    assert str(blocker.waiting_on) == "Mona"


def test_headings_may_be_gates() -> None:
    imported("r16")

    assert progress() == {"G1": "closed", "G2": "partial"}
    assert proofs() == {"G1": "Run 7 of 2026-03-01."}
    assert str(Gate.objects.get(code="G2").owner) == "Omar"


def test_columns_without_a_field_are_kept_in_the_notes() -> None:
    report = imported("s01")

    assert proofs() == {"S1": "`receipts/keys.txt`"}
    notes = dict(Gate.objects.values_list("code", "notes"))
    assert notes["S1"].split("\n") == ["Due: 2026-03-01", "Verified by: Mona"]
    assert "offer asked for" in notes["S2"]
    assert any("columns Due, Verified by are not known" in line for line in report.readings)


def test_comments_and_code_are_not_read() -> None:
    imported("s04")
    assert list(progress()) == ["S1"]

    imported("s09")
    assert not Claim.objects.exists()


def test_boxes_of_a_plan_set_the_state_and_prose_is_no_step() -> None:
    report = imported("s05")

    assert list(Action.objects.values_list("text", "state", "day")) == [
        ("Rotate the keys", "done", 1),
        ("Call the vendor", "todo", 1),
    ]
    assert report.skipped[0].sample == "The page lives in the wiki."


def test_owners_are_people() -> None:
    report = imported("s06")

    assert list(Owner.objects.values_list("name", flat=True)) == ["Mona"]
    owners = {gate.code: gate.owner and gate.owner.name for gate in Gate.objects.all()}
    assert owners == {"S1": "Mona", "S2": None, "S3": None, "S4": None, "S5": "Mona"}
    assert any("several (Mona, Omar)" in line for line in report.for_a_person)
    assert any("“@mona”" in line and "perhaps Mona" in line for line in report.for_a_person)


def test_a_date_to_come_was_never_observed() -> None:
    imported("s08")

    proof = Evidence.objects.get()
    assert (proof.observed_at, str(proof.valid_until)) == (None, "2027-12-31")


def test_notes_are_the_proof_where_there_is_no_column_for_it() -> None:
    report = imported("s10")

    assert progress() == {"S1": "closed", "S2": "open"}
    assert proofs() == {"S1": "rotated by script, run 7 of 2026-03-01"}
    assert "line 5: the proofs of S1 stand in a column Notes" in report.for_a_person


def test_dates_are_no_numbers_of_gates() -> None:
    report = imported("s12")

    assert report.contradictions == []
    assert report.skipped[0].numbers == [
        "line 3: **Closed:** 2026-03-01",
        "line 4: **Open:** 14 Apr 2026",
    ]


def test_summary_tables_and_verdicts_are_compared() -> None:
    report = imported("s14")

    told = "\n".join(map(str, report.contradictions))
    assert "the summary says Safety: 3 closed, 3 open, 6 total; the rows: 1 closed, 1 open" in told
    assert "“Verdict: 3/6”: 1 rows are closed" in told
    assert list(Claim.objects.values_list("slug", "min_closed")) == [("target", 5)]


def test_a_second_table_with_other_names_is_read() -> None:
    imported("s15")

    assert progress() == {"O1": "open", "O2": "closed", "S1": "closed"}


def test_a_table_of_statuses_that_is_not_read_is_told_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = next(CASES.glob("s15_*.md")).read_text().replace("| 🔴 | no |", "| 14 ms | no |")
    path = tmp_path / "kite.md"
    path.write_text(text)

    call_command("import_snapshot", str(path))

    out = capsys.readouterr().out
    assert out.startswith("2 rows of a table with a status were not read (line 11: ")
    assert out.endswith("1 tables of statuses not read\n")


def test_other_labels_of_the_date() -> None:
    imported("s18")

    assert str(Launch.objects.get().snapshot_date) == "2026-03-10"


def test_reference_links_footnotes_and_bare_addresses() -> None:
    report = imported("s19")

    found = Evidence.objects.order_by("gate__code").values_list("kind", "summary", "url")
    assert list(found) == [
        ("link", "run 9", "https://ci.example/runs/9"),
        ("statement", "Report of the vendor, signed 2026-03-01.", ""),
        ("link", "https://ci.example/runs/7", "https://ci.example/runs/7"),
    ]
    assert report.skipped == []
