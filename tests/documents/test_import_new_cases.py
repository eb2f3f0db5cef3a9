"""Launch documents as strangers wrote them: what each becomes on the board."""

from pathlib import Path

import pytest

from gates.documents.importer import import_file
from gates.documents.records import DocumentError
from gates.models import Action, Blocker, Gate, Import, Section
from tests.support.assertions import everything
from tests.support.documents import CASES, document, imported, progress, proofs

pytestmark = pytest.mark.django_db


def test_headings_below_a_table_say_more_about_its_gates() -> None:
    imported("n01")

    assert progress() == {"G1": "closed", "G2": "partial", "G3": "open"}
    assert proofs() == {"G1": "approval mail of 2026-02-02"}
    gate = Gate.objects.get(code="G1")
    assert (str(gate.owner), gate.definition_of_done) == ("Layla", "approved by both stores")
    assert Gate.objects.get(code="G2").notes == "Crash-free sessions at 99.1 %, target 99.5 %."


def test_a_heading_with_another_status_than_its_row_is_refused(tmp_path: Path) -> None:
    before = everything()
    text = "# Kite\n\n| # | Gate | Status |\n|---|---|---|\n| S1 | Keys | ✅ |\n\n## S1 — Keys 🔴\n"

    with pytest.raises(DocumentError, match="line 7, status: S1 is 🔴 here, and closed in line 5"):
        import_file(document(tmp_path, text))

    assert everything() == before


def test_signs_owners_and_priorities_in_boxes() -> None:
    report = imported("n02")

    assert Gate.objects.get(code="T2").priority == "P0"
    assert str(Gate.objects.get(code="T1").owner) == "Omar"
    assert (progress()["T10"], Gate.objects.get(code="T10").notes) == ("partial", "2026-02-28")
    blocker = Blocker.objects.get()
    assert (blocker.needs, str(blocker.waiting_on)) == ("waiting for contract", "Huda")
    assert [action.state for action in Action.objects.filter(gate__code="P2")] == ["todo", "done"]
    assert report.contradictions == []


def test_an_open_box_beside_a_tick_stays_open(tmp_path: Path) -> None:
    report = import_file(document(tmp_path, "# Kite\n\n- [ ] Keys ✅ run 7\n"))

    assert set(progress().values()) == {"open"}
    assert any("is not ticked beside ✅" in line for line in report.for_a_person)


def test_arabic_tables() -> None:
    report = imported("n03")

    states = {"G1": "closed", "G2": "partial", "G3": "open", "GA1": "closed", "GA2": "open"}
    assert progress() == states
    blocker = Blocker.objects.get()
    assert (blocker.needs, str(blocker.waiting_on)) == ("مفتاح الخدمة", "سامي")
    assert report.contradictions == []


def test_written_codes_are_understood_in_steps_and_covers() -> None:
    report = imported("n04")

    steps = Action.objects.order_by("position").values_list("gate__code", "state")
    assert list(steps) == [("SEC2", "todo"), ("SEC1", "done")]
    assert Gate.objects.get(code="SEC10").covered_by == Gate.objects.get(code="SEC2")
    assert "line 9: G1a “DPA drafted” has the code G2" in report.readings


def test_a_written_code_with_another_title_is_for_a_person(tmp_path: Path) -> None:
    head = "# Kite\n\n| ID | Control | Status | Proof |\n|---|---|---|---|\n"
    import_file(document(tmp_path, f"{head}| SEC-01 | Keys rotated | FAIL | |\n"))

    spelled = import_file(document(tmp_path, f"{head}| SEC-01 | Keys rotate | FAIL | |\n"))
    assert (Gate.objects.count(), spelled.held) == (1, [])
    other = import_file(document(tmp_path, f"{head}| SEC-01 | Guests invited | PASS | run 7 |\n"))

    assert (other.held, progress()) == (["SEC1"], {"SEC1": "open"})


def test_two_gates_of_one_title_keep_their_codes(tmp_path: Path) -> None:
    rows = "| Keys | ❌ |\n| Keys | ⚠️ |\n"
    path = document(tmp_path, f"# Kite\n\n| Item | Status |\n|---|---|\n{rows}")
    import_file(path)

    assert import_file(path).differences == []
    assert progress() == {"K1": "open", "K2": "partial"}


def test_a_code_is_never_taken_for_a_title(tmp_path: Path) -> None:
    rows = "| A1 | A2 | 🔴 |\n| A2 | Drill | 🔴 |\n"
    cover = "| Gate | Covered by |\n|---|---|\n| A1 | A2 |\n"
    text = f"# Kite\n\n| # | Gate | Status |\n|---|---|---|\n{rows}\n{cover}"

    import_file(document(tmp_path, text))

    assert str(Gate.objects.get(code="A1").covered_by) == "A2 Drill"


def test_words_of_results() -> None:
    report = imported("n05")

    assert progress() == {
        "I1": "closed", "I2": "open", "I3": "closed", "P1": "partial", "P2": "open", "P3": "open",
        "P4": "partial",
    }  # fmt: skip
    assert Gate.objects.get(counted=False).not_counted_reason == "Won't do"
    assert len(report.contradictions) == 2


def test_a_proof_of_a_day_to_come_has_no_day() -> None:
    report = imported("n06")

    assert progress() == {"S1": "closed", "S2": "closed"}
    proof = Gate.objects.get(code="S1").evidence.get(summary="CI run")
    assert (proof.observed_at, str(proof.valid_until)) == (None, "2026-12-31")
    assert any("2099-09-09, which is in the future" in line for line in report.for_a_person)


def test_questions_are_titles_and_totals_may_stand_in_any_column() -> None:
    report = imported("n07")

    assert "Do alerts page a human?" in Gate.objects.values_list("title", flat=True)
    assert (Gate.objects.count(), report.contradictions) == (5, [])


@pytest.mark.parametrize(
    ("name", "expected", "sections"),
    [
        ("n08_google_sheet", {"O1": "closed", "S1": "closed", "S2": "open"}, {"Safety", "Ops"}),
        ("n09_excel_sheet", {"OPS1": "closed", "SEC1": "closed", "SEC2": "open"}, {"SEC"}),
    ],
)
def test_sheets(name: str, expected: dict[str, str], sections: set[str]) -> None:
    import_file(CASES / f"{name}.csv", launch="kite")

    assert progress() == expected
    assert set(Section.objects.values_list("name", flat=True)) == sections


def test_a_sheet_may_name_its_separator(tmp_path: Path) -> None:
    text = "sep=;\r\nGate;Status;Owner\r\nKeys, rotated;Not started;Mona\r\n"
    import_file(document(tmp_path, text, "kite.csv"), launch="kite")

    assert Gate.objects.get().title == "Keys, rotated"


def test_references_inside_a_text_become_links() -> None:
    imported("n10")

    assert proofs()["B1"] == "[run](https://ci.example/9) and [log](https://ci.example/9/log)"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a\n" * 200_001, "lines are more than a document can have"),
        ("x" * (10 * 1024 * 1024 + 1), "bytes is more than a document can have"),
        (
            "# Kite\n\n| Item | Status | Notes |\n|---|---|---|\n| a | ❌ | "
            + "x" * 400_001
            + " |\n",
            "a cell has 400,001 characters; at most 50,000",
        ),
        (
            "# Kite\n\n| # | Item | Status |\n|---|---|---|\n"
            + "".join(f"| A{n} | a | ❌ |\n" for n in range(1, 20_002)),
            "more than 20,000 gates",
        ),
        ("# Kite\n\n" + "|a" * 500_001, "line 3: more than 500,000 cells of tables"),
        (
            f"# Kite\n\n{'|a' * 2000}|\n{'|-' * 2000}|\n" + "|\n" * 300,
            "line 252: more than 500,000 cells of tables",
        ),
    ],
    ids=["lines", "bytes", "cell", "gates", "pipes", "columns"],
)
def test_limits(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        import_file(document(tmp_path, text))

    assert not Gate.objects.exists()
    assert not Import.objects.exists()
