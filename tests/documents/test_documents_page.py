"""Every example of docs/documents.md is read as that page says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from gates.documents.importer import import_file
from gates.documents.markdown.blockers import blockers_of
from gates.documents.markdown.blocks import Table, parse_blocks
from gates.documents.markdown.cells import parse_cell, parse_evidence
from gates.documents.markdown.columns import column_name, map_columns, map_gate_columns
from gates.documents.markdown.parsed import ParsedDocument
from gates.documents.markdown.people import parse_people, settle_owners
from gates.documents.markdown.reader import read_markdown
from gates.documents.markdown.statuses import parse_status_cell
from gates.documents.markdown.tables import SideTable
from gates.documents.markdown.vocabulary import COLUMN_NAMES, WEAK_COLUMNS
from gates.documents.markdown.written_dates import date_at_start
from gates.models import Gate
from tests.support.documents import document

PAGE = (Path(settings.BASE_DIR) / "docs" / "documents.md").read_text()
HEAD = "# Kite\n\n## All\n\n| # | Gate | Status | Evidence |\n|---|---|---|---|\n"
ROWS = "| G5 | Keys | 🔴 | |\n| I2 | Mail | 🔴 | |\n| S5 | Logs | 🔴 | |\n| T5 | Disk | 🔴 | |\n"

# What the cells of the table of columns have beside names.
NO_NAME = re.compile(r"^without these |: of a .*| in braces.*|Beside Title.*|Gate is the code")


def rows(first_column: str) -> list[list[str]]:
    """The rows of the page's table whose first column has this name."""
    tables = [block for block in parse_blocks(PAGE) if isinstance(block, Table)]
    return next([r.cells for r in t.rows] for t in tables if t.header[0] == first_column)


def column_names() -> Iterator[str]:
    for _meaning, cell in rows("meaning"):
        for part in re.split(r"[,;.]\s+", cell):
            yield NO_NAME.sub("", part.strip())


@pytest.mark.parametrize("name", sorted({n for n in column_names() if n}))
def test_each_name_of_a_column_is_known(name: str) -> None:
    name = column_name(name.strip("`"))
    weak = {column_name(other) for names in WEAK_COLUMNS.values() for other in names}

    assert name in COLUMN_NAMES or name in weak


STATUS_WORDS = [(word, status) for status, words in rows("status") for word in words.split(", ")]


@pytest.mark.parametrize(("word", "status"), STATUS_WORDS)
def test_each_word_of_a_status_is_read(word: str, status: str) -> None:
    cell = parse_status_cell(word.strip("`"))

    assert cell is not None
    assert ("not counted" if cell.not_counted else cell.status) == status


BLOCKED = {
    "status": "| S1 | Mail | {} | | |",
    "Waiting on": "| S1 | Mail | 🚫 | | {} |",
    "": "| S1 | Mail | 🚫 | {} | |",
}
BLOCKED_HEAD = "| # | Gate | Status | Evidence | Waiting on |\n|---|---|---|---|---|\n"


@pytest.mark.parametrize(("says", "needs", "person"), rows("a blocked row says"))
def test_each_way_to_be_blocked_is_read(says: str, needs: str, person: str) -> None:
    said, _bracket, place = says.strip("`").partition(" (in ")
    row = BLOCKED[place.removeprefix("the ").removesuffix(")")]
    said = said.strip("`").removesuffix(", and nothing else")

    for text in ("", "TBD") if said.startswith("nothing") else (said,):
        parsed, problems = read_markdown(f"# Kite\n\n{BLOCKED_HEAD}{row.format(text)}\n")
        assert problems == []
        found = [(blocker.needs, blocker.waiting_on) for blocker in blockers_of(parsed)]
        words = needs.removesuffix(", for a person to check")
        who = "" if person == "nobody named" else person
        assert found == ([(words, who)] if person else [])


PROOFS = {
    "one link": ("[run 9](https://ci.example/9)", ("link", "", "")),
    "`docs/x.md` merged": ("`docs/x.md` merged", ("document", "", "")),
    "`p95 410ms`": ("`p95 410ms`", ("measurement", "", "")),
    "[^1]": ("seen by Mona", ("statement", "", "")),  # the text of the footnote
    "valid until": ("expires on 31 Dec 2027", ("statement", "2027-12-31", "")),
    "exactly one other date": ("run 7 of 2026-03-01", ("statement", "", "2026-03-01")),
    "`TBD`": ("TBD", None),
}


@pytest.mark.parametrize("said", [cells[0] for cells in rows("in a proof")])
def test_each_form_of_a_proof_is_read(said: str) -> None:
    key = next(key for key in PROOFS if key in said.replace("`` ` ``", "`"))
    text, expected = PROOFS[key]

    proof = parse_evidence(1, "A1", text)

    assert (proof and (proof.kind, proof.valid_until, proof.observed)) == expected


OWNERS = {"nobody": "", "Mona": "Mona", "Mona; the": "Mona", "nobody; kept": "mona"}


@pytest.mark.parametrize(("cell", "read_as"), rows("owner"))
def test_each_owner_is_read(cell: str, read_as: str) -> None:
    begins = max((begin for begin in OWNERS if read_as.startswith(begin)), key=len)
    quoted = re.findall("`([^`]+)`", cell)
    cells = quoted or ([cell] if "Mona" in cell else cell.split(", "))
    cells += cell.split(", ")[1:] if cell.startswith("`—`") else []

    for written in cells:
        person = parse_people(written).person()
        expected = "mona" if "board is" in cell else OWNERS[begins]
        assert person == expected


@pytest.mark.parametrize("columns", [cells[0] for cells in rows("columns")])
def test_each_other_table_is_known(columns: str) -> None:
    header = re.sub(r" \(or Owner\)|, at least", "", columns).split(", ")
    header = ["Gates closed, at least" if n == "Gates closed" else n for n in header]
    table = SideTable(ParsedDocument(), map_columns(header), "", None, None, print)  # type: ignore[arg-type]

    summary = columns.startswith("Section")
    assert summary or table.reader() is not None


SENTENCES = [
    quoted
    for cells in rows("sentence")
    for quoted in re.findall(r"`([^`]+)`", cells[0])
    if "Day 1" not in quoted and "step" not in quoted
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_sentence_is_understood(sentence: str) -> None:
    line = sentence if not sentence.startswith(("until", "+2", "remaining", "- **T5**")) else {
        "until": f'**Rule:** no "launched" claim {sentence}',
        "+2 th": f"- **Closed:** 2 ({sentence.replace('…', 'on call, T5 disk')})",
        "remai": f"**Note:** {sentence.replace(', …', '')}",
        "- **T": f"**Newly closed:**\n{sentence}",
    }[sentence[:5]]  # fmt: skip

    parsed, problems = read_markdown(f"{HEAD}{ROWS}\n{line}\n")

    assert problems == []
    assert parsed.skipped == []


def test_the_sentences_of_cells_are_read() -> None:
    assert parse_cell("P1 — more").priority == "P1"
    assert parse_cell("DoD: one sentence.").definition_of_done == "one sentence"
    assert parse_cell("Covered by T8 drill.").covered_by == "T8"
    for text in ("**Blocked on X from Yara, asked 2026-03-01.**", "محجوب على X من يارا"):
        assert parse_cell(text).needs == "X"
        assert parse_cell(text).waiting_on
    assert parse_cell("Blocked on keys from the old system.").waiting_on == ""


def test_a_handle_is_the_owner_whom_the_gate_has() -> None:
    table = HEAD.replace("Evidence", "Owner")
    for owners, expected in (({"S1": "Mona"}, "Mona"), ({}, "")):
        parsed, _problems = read_markdown(f"{table}| S1 | Keys | 🔴 | @mona |\n")
        settle_owners(parsed, {"Mona"}, owners)
        assert parsed.gates[0].owner == expected


@pytest.mark.parametrize(
    "written", re.findall("`([^`]+)`", PAGE.partition("**Dates**")[2].partition("\n\n")[0])
)
def test_each_form_of_a_date_is_read(written: str) -> None:
    assert re.fullmatch("2026-03-(10|03)", date_at_start(written)[0])


@pytest.mark.django_db
def test_each_form_of_a_gate_is_read(tmp_path: Path) -> None:
    examples = {
        "- [ ] Keys rotated (run 7)": ("Keys rotated", "open"),
        "## Gate 1 — Keys ✅": ("Keys", "partial"),
        "- [ ] T2 – Restore drill [P0]": ("Restore drill", "open"),
        "- [x] Keys ✅ run 7": ("Keys", "closed"),
        "## G-1: Keys [DONE]": ("Keys", "partial"),
        "- ✅ Keys (run 7)": ("Keys", "closed"),
        "- Keys — 🔴 no": ("Keys", "open"),
        "### 2. Keys — Done": ("Keys", "partial"),
    }
    for text, expected in examples.items():
        assert f"`{text}`" in PAGE
        with transaction.atomic():
            import_file(document(tmp_path, f"# Kite\n\n{text}\n"))
            gate = Gate.objects.get()
            assert (gate.title, gate.progress) == expected
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    "heading",
    re.findall(r"`(— 5/7 closed|\[5/7\]|\(5/7 مغلقة\)|## Security \(5/7 closed\) ✅)`", PAGE),
)
def test_each_count_of_a_heading_is_read(heading: str) -> None:
    heading = heading if heading.startswith("##") else f"## Security {heading}"
    parsed, _problems = read_markdown(HEAD.replace("## All", heading) + ROWS)

    section = parsed.sections[0]
    assert (section.name, section.closed, section.total) == ("Security", 5, 7)


def test_a_title_beside_gate_makes_gate_the_code() -> None:
    columns = map_gate_columns(["Gate", "Title", "Status"])

    assert columns == {"code": 0, "gate": 1, "status": 2}
