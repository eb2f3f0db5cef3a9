"""Other words than those of the given cases, as the readers parse them; no database."""

from collections.abc import Iterable

import pytest

from gates.documents.markdown.cells import parse_evidence
from gates.documents.markdown.parsed import ParsedDocument
from gates.documents.markdown.people import parse_people
from gates.documents.markdown.statuses import parse_status_cell
from gates.documents.markdown.written_dates import date_at_start
from tests.support.documents import parsed, refused

TABLE = "| # | Gate | Status | Evidence |\n|---|---|---|---|\n"


def gates(document: ParsedDocument) -> list[tuple[str, str, str]]:
    return [(gate.code, gate.title, gate.status.value) for gate in document.gates]


@pytest.mark.parametrize(
    ("status", "words"),
    {
        "closed": ["🟩", "100%", "Y", "مُغلق", "تمّ", "تم التنفيذ", "منتهي", "مكتمله", "✅✅"],
        "partial": [
            "🟨",
            "🟧",
            "50 %",
            "٨٠٪ done",
            "Passed with conditions",
            "جزئيًا",
            "قيد الانجاز",
        ],
        "open": ["🟥", "0%", "n", "TBC", "Delayed", "غير مغلقة", "راسب", "مرفوضة", "لم يبدأ بعد"],
        "blocked": ["معلق", "معلّقة", "في انتظار العقد", "Paused", "Awaiting keys"],
        "not counted": ["n.a.", "N/A", "ملغي", "خارج النطاق"],
    }.items(),
)
def test_words_of_status(status: str, words: Iterable[str]) -> None:
    for word in words:
        cell = parse_status_cell(word)
        assert cell is not None, word
        assert ("not counted" if cell.not_counted else cell.status.value) == status, word


@pytest.mark.parametrize(
    "text", ["🔵", "Green", "passport", "120%", "100 percent", "Ready for launch", "جاهز للإطلاق"]
)
def test_what_is_no_status(text: str) -> None:
    assert parse_status_cell(text) is None


@pytest.mark.parametrize(
    "cell", ["TBC", "No owner", "to be assigned", "غير محدد", "لم يحدد بعد", "?"]
)
def test_nobody(cell: str) -> None:
    assert parse_people(cell).name == ""


def test_people_in_links_and_handles_in_a_row() -> None:
    assert parse_people("[Mona](mailto:m@example.com)").name == "Mona"
    assert parse_people("@omar @mona").others == "@mona"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-10", ("2026-03-10", "")),
        ("٢٠٢٦-٠٣-١٠ (ليلًا)", ("2026-03-10", " (ليلًا)")),
        ("10 March 2026, noon", ("2026-03-10", ", noon")),
        ("Mar. 3rd, 2026", ("2026-03-03", "")),
        ("٣ مارس 2026", ("2026-03-03", "")),
        ("31/12/2026", ("2026-12-31", "")),
        ("2026-02-30", ("2026-02-30", "")),  # refused later, with its line
        ("March 2026", ("", "March 2026")),
        ("1st of May", ("", "1st of May")),
    ],
)
def test_dates(text: str, expected: tuple[str, str]) -> None:
    assert date_at_start(text) == expected


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("certificate expires on 31 Dec 2027", "2027-12-31"),
        ("valid from 2026-01-01 until 2027-01-01", "2027-01-01"),
        ("شهادة صالحة حتى ٢٠٢٧-١٢-٣١", "2027-12-31"),
        ("expired: 2025-01-01", "2025-01-01"),
        ("run 7 of 1 March 2026", ""),
    ],
)
def test_the_end_of_a_proof(text: str, day: str) -> None:
    proof = parse_evidence(1, "S1", text)

    assert proof is not None
    assert (proof.valid_until, proof.observed) == (day, "")


@pytest.mark.parametrize("text", ["[missing][nope]", "[^gone]"])
def test_a_reference_to_nothing_proves_nothing(text: str) -> None:
    assert parse_evidence(1, "S1", text) is None


def test_a_footnote_of_two_lines() -> None:
    row = "| S1 | Keys | ✅ | [^1] |\n\n[^1]: Report of the vendor,\n    signed by Huda.\n"

    document = parsed(f"# Kite\n\n{TABLE}{row}")

    assert document.gates[0].evidence is not None
    assert document.gates[0].evidence.summary == "Report of the vendor, signed by Huda."
    assert document.skipped == []


CODES = {
    "REQ_7": "REQ7", "T-001": "T1", "`OPS-3`": "OPS3", "#3": "REQ3", "4)": "REQ4", "(5)": "REQ5",
    "٦": "REQ6", "Gate-12": "G12", "L1-02": "REQ8",
}  # fmt: skip


def test_written_codes_are_told_with_those_of_the_board() -> None:
    rows = "".join(f"| {code} | Item {n} | 🔴 | |\n" for n, code in enumerate(CODES))

    document = parsed(f"# Kite\n\n{TABLE}{rows}")

    assert [gate.code for gate in document.gates] == list(CODES.values())
    assert len(document.readings) == len(CODES)


@pytest.mark.parametrize(
    "line", ["_Last updated: 10 March 2026_", "**آخر تحديث:** ٢٠٢٦-٠٣-١٠", "Updated on: 10/03/2026"]
)
def test_lines_with_the_day(line: str) -> None:
    document = parsed(f"# Kite\n\n{line}\n\n{TABLE}| S1 | Keys | 🔴 | |\n")

    assert (document.snapshot_date, document.skipped) == ("2026-03-10", [])


ROWS = {
    "P0 (blocker)": ("P0", "Priority: P0 (blocker)"),
    "P٠": ("P0", ""),
    "🔥": ("", "Priority: 🔥"),
    "—": ("", ""),
}


@pytest.mark.parametrize("written", ROWS)
def test_priorities_and_signs_are_not_lost(written: str) -> None:
    head = TABLE.replace("Evidence", "Priority")

    (gate,) = parsed(f"# Kite\n\n{head}| S1 | Keys | 🔴 | {written} |\n").gates

    assert (gate.priority, gate.notes) == ROWS[written]


def test_a_second_sentence_of_one_kind_is_kept() -> None:
    head = "| # | Gate | Status | Notes | Evidence |\n|---|---|---|---|---|\n"
    row = "| S1 | Keys | 🔴 | DoD: all keys. | DoD: some keys. |\n"

    (gate,) = parsed(f"# Kite\n\n{head}{row}").gates

    assert (gate.definition_of_done, gate.notes) == ("all keys", "DoD: some keys.")


def test_two_columns_of_one_meaning_are_refused_without_codes_too() -> None:
    text = "# Kite\n\n| Item | Status | Status |\n|---|---|---|\n| Keys | Done | x |\n"

    assert refused(text) == ["line 3: two columns for the same thing: “Status”, “Status”"]


def test_a_share_may_be_the_status() -> None:
    text = "# Kite\n\n| Task | % Complete |\n|---|---|\n| Keys | 40% |\n"

    assert gates(parsed(text)) == [("K1", "Keys", "partial")]


def test_a_row_without_a_title_is_refused_with_the_others() -> None:
    rows = "| S1 | | 🔴 | x |\n| S2 | Logs | maybe | |\n"

    assert [problem.partition(":")[0] for problem in refused(f"# Kite\n\n{TABLE}{rows}")] == [
        "line 5, S1", "line 6, S2",
    ]  # fmt: skip


@pytest.mark.parametrize("heading", ["## السلامة (١/٢ مغلقة)", "## السلامة — 1 of 2 closed"])
def test_counts_of_headings_in_any_digits(heading: str) -> None:
    section = parsed(f"# Kite\n\n{heading}\n\n{TABLE}| S1 | Keys | 🔴 | |\n").sections[0]

    assert (section.name, section.closed, section.total) == ("السلامة", 1, 2)
